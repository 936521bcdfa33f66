/** The few things that every small HTTP server of a sandbox needs. */
import type { IncomingMessage, ServerResponse, Server } from 'node:http';

const largestBody = 4 * 1024 * 1024;

/** The whole body of a request as text; throws when it is larger than 4 MiB. */
export async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    chunks.push(chunk as Buffer);
    size += (chunk as Buffer).length;
    if (size > largestBody) throw new Error('request body is too large');
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Answers with JSON. */
export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

/** Listens on 127.0.0.1. */
export function listen(server: Pick<Server, 'listen' | 'once'>, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
}

/** User and password of an `Authorization: Basic` header; undefined when it is something else. */
export function parseBasic(header: string | undefined): { username: string; password: string } | undefined {
  const encoded = /^Basic (?<encoded>.+)$/i.exec(header ?? '')?.groups?.['encoded'];
  if (encoded === undefined) return undefined;
  const decoded = Buffer.from(encoded, 'base64').toString();
  const colon = decoded.indexOf(':');
  return colon < 0 ? undefined : { username: decoded.slice(0, colon), password: decoded.slice(colon + 1) };
}
