import { randomBytes, timingSafeEqual } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { once } from 'node:events';
import { sendFailure, sendText } from './answers.ts';
import { isAlive } from '../process/is-alive.ts';

export interface LoopbackOptions {
  /** Where the kubeconfig's own folder is made. */
  readonly folder: string;
  readonly namespace: string;
  readonly handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
}

export interface Loopback {
  readonly kubeconfig: string;
  close(): Promise<void>;
}

const user = 'liftlock';

/**
 * Listens on loopback for the holder of a one-time token, and writes the kubeconfig that has both. The token is in the
 * address, as user and password: client-go sends a kubeconfig's own credentials over TLS only, but those of an address
 * always, and masks them in its errors.
 */
export async function openLoopback(options: LoopbackOptions): Promise<Loopback> {
  const token = randomBytes(32).toString('hex');
  const server = createServer((request, response) => {
    if (!isOwn(request, server.address(), token)) {
      sendFailure(response, 401, 'Unauthorized', 'liftlock: this address is for one helm only');
      return;
    }
    options.handle(request, response).catch((error: unknown) => {
      const why = error instanceof Error ? error.message : 'unknown error';
      sendText(response, 502, `liftlock: ${why}`);
    });
  });
  // helm may be silent for as long as it waits: nothing here may end a connection under it.
  server.requestTimeout = 0;
  server.keepAliveTimeout = 0;
  server.timeout = 0;
  for (const way of ['upgrade', 'connect'] as const) {
    server.on(way, (_request, socket: { end(text: string): void }) =>
      socket.end('HTTP/1.1 403 Forbidden\r\nconnection: close\r\n\r\n'),
    );
  }
  server.on('clientError', (_error, socket) => socket.destroy());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const place = makePlace(options.folder);
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const kubeconfig = join(place, 'kubeconfig');
  writeFileSync(kubeconfig, kubeconfigText(`http://${user}:${token}@127.0.0.1:${port}`, options.namespace), {
    mode: 0o600,
  });
  let closed: Promise<unknown> | undefined;
  return {
    kubeconfig,
    close: async () => {
      if (closed === undefined) {
        closed = once(server, 'close');
        server.close();
        server.closeAllConnections();
        rmSync(place, { recursive: true, force: true });
      }
      await closed;
    },
  };
}

/**
 * The right token, and the address itself as host: a page in a browser could reach the port, but not with that host, and would
 * say where it comes from. helm asks for paths; whoever sends a whole address takes this for a proxy.
 */
function isOwn(
  request: IncomingMessage,
  address: ReturnType<ReturnType<typeof createServer>['address']>,
  token: string,
): boolean {
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  if (request.headers.host !== `127.0.0.1:${port}` || request.headers.origin !== undefined) return false;
  if (!(request.url ?? '').startsWith('/')) return false;
  const [scheme = '', value = ''] = (request.headers.authorization ?? '').split(' ');
  const given = scheme.toLowerCase() === 'basic' ? Buffer.from(value, 'base64').toString() : `${user}:${value}`;
  const wanted = Buffer.from(`${user}:${token}`);
  const found = Buffer.from(given);
  return found.length === wanted.length && timingSafeEqual(found, wanted);
}

/** A folder of its own, 0700. Those of processes that are gone are swept: their tokens open nothing any more. */
function makePlace(folder: string): string {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (const entry of readdirSync(folder)) {
    const pid = Number(/^session-(\d+)-/.exec(entry)?.[1]);
    if (pid > 0 && pid !== process.pid && !isAlive(pid)) rmSync(join(folder, entry), { recursive: true, force: true });
  }
  return mkdtempSync(join(folder, `session-${process.pid}-`));
}

function kubeconfigText(server: string, namespace: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'gate',
    clusters: [{ name: 'gate', cluster: { server } }],
    users: [{ name: 'gate', user: {} }],
    contexts: [{ name: 'gate', context: { cluster: 'gate', user: 'gate', namespace } }],
  });
}
