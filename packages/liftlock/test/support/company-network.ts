import { once } from 'node:events';
import { createServer as createHttpServer, request as httpRequest, type IncomingMessage, type Server } from 'node:http';
import type { OutgoingHttpHeaders, RequestListener, ServerResponse } from 'node:http';
import { createServer as createHttpsServer, request as httpsRequest } from 'node:https';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { issueCertificate, type KeyPair } from '../../../sandbox/src/x509.ts';

/** A proxy that knows some names, and lets nobody through to others. */
export interface CompanyProxy {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  /** `host:port` of each tunnel that was asked for. */
  readonly asked: readonly string[];
  close(): void;
}

/** An HTTP proxy that answers CONNECT for the names of `routes` (`host:port` to a loopback port); 403 for others. */
export async function startCompanyProxy(routes: ReadonlyMap<string, number>): Promise<CompanyProxy> {
  const asked: string[] = [];
  const sockets = new Set<Socket>();
  const server = createHttpServer((_request, response) => response.writeHead(405).end());
  server.on('connect', (request, client: Socket) => {
    const name = request.url ?? '';
    asked.push(name);
    const port = routes.get(name);
    client.on('error', () => undefined);
    if (port === undefined) {
      client.end('HTTP/1.1 403 Forbidden\r\n\r\n');
      return;
    }
    const upstream = connect(port, '127.0.0.1');
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.once('close', () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    upstream.once('connect', () => {
      client.write('HTTP/1.1 200 OK\r\n\r\n');
      upstream.pipe(client);
      client.pipe(upstream);
    });
  });
  const port = await listen(server);
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** A server that speaks TLS under names of its own. */
export interface TlsFront {
  readonly port: number;
  close(): void;
}

/** Serves these names with a certificate of the authority. */
export async function startTlsFront(
  authority: KeyPair,
  authorityName: string,
  hosts: readonly string[],
  answer: RequestListener,
): Promise<TlsFront> {
  const subject = { commonName: hosts[0] ?? '', hosts: [...hosts] };
  const { certificate, key } = issueCertificate(authority, authorityName, subject);
  const server = createHttpsServer({ cert: certificate, key }, answer);
  const port = await listen(server);
  return {
    port,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** What to change on the way. */
export interface PassOptions {
  /** Authority of the server behind, where it speaks TLS. */
  readonly ca?: string | undefined;
  /** Replaces text in headers, and in bodies of JSON. */
  readonly rewrite?: ((text: string) => string) | undefined;
}

/** Passes a request on to the server behind, and its answer back, as they come. */
export function passOn(
  origin: string,
  request: IncomingMessage,
  response: ServerResponse,
  options: PassOptions = {},
): void {
  const { rewrite = (text: string) => text } = options;
  const send = origin.startsWith('https:') ? httpsRequest : httpRequest;
  const { method } = request;
  // Node asks for the certificate of the name in Host.
  const headers = { ...request.headers, ...(options.ca === undefined ? {} : { host: new URL(origin).host }) };
  const onward = send(`${origin}${request.url ?? '/'}`, { method, headers, agent: false, ca: options.ca });
  onward.on('error', () => response.destroy());
  response.on('close', () => onward.destroy());
  onward.once('response', (answer) => {
    const isText = options.rewrite !== undefined && /json/.test(answer.headers['content-type'] ?? '');
    response.writeHead(answer.statusCode ?? 502, rewritten(answer.headers, rewrite, isText));
    answer.on('error', () => response.destroy());
    if (isText) {
      void textOf(answer).then((text) => response.end(rewrite(text)));
      return;
    }
    // A watch answers long before its first event.
    response.flushHeaders();
    answer.pipe(response);
  });
  request.pipe(onward);
}

function rewritten(
  headers: IncomingMessage['headers'],
  rewrite: (text: string) => string,
  isText: boolean,
): OutgoingHttpHeaders {
  const kept = Object.entries(headers).filter(([name]) => !isText || name !== 'content-length');
  return Object.fromEntries(
    kept.map(([name, value]) => [name, Array.isArray(value) ? value.map(rewrite) : rewrite(value ?? '')]),
  );
}

async function textOf(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}
