import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTcpServer, type Socket } from 'node:net';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, expect, test } from 'vitest';
import { makeHttpClient, readJson, readText, type HttpClient } from './http-client.ts';
import type { NetworkError } from './network-error.ts';

const open: { close(): void }[] = [];
afterEach(() => {
  for (const item of open.splice(0)) item.close();
});

async function serve(
  listener: (request: IncomingMessage, response: ServerResponse) => Promise<void> | void,
): Promise<string> {
  const server: Server = createServer((request, response) => void listener(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  open.push({ close: () => (server.closeAllConnections(), server.close()) });
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
}

function client(env: Record<string, string> = {}): HttpClient {
  const made = makeHttpClient({ env });
  open.push(made);
  return made;
}

async function errorOf(promise: Promise<unknown>): Promise<NetworkError> {
  return promise.then(
    () => expect.fail('nothing was thrown'),
    (error: unknown) => error as NetworkError,
  );
}

test('method, headers and body arrive, as text and as a stream', async () => {
  const url = await serve(async (request, response) => {
    const body = await readText({ status: 0, headers: {}, body: request });
    response.end(JSON.stringify([request.method, request.headers['x-a'], request.headers['content-length'], body]));
  });
  const { request } = client();
  const asked = { url, method: 'PUT', headers: { 'x-a': 'b' } };
  expect(await readJson(await request({ ...asked, body: 'lift' }))).toEqual(['PUT', 'b', '4', 'lift']);
  const streamed = await request({ ...asked, body: Readable.from(['li', 'ft']) });
  expect(await readJson(streamed)).toEqual(['PUT', 'b', null, 'lift']);
});

test('any status is an answer, redirects included', async () => {
  const url = await serve((_request, response) => {
    response.writeHead(302, { location: 'http://elsewhere' }).end();
  });
  const answer = await client().request({ url });
  answer.body.resume();
  expect([answer.status, answer.headers['location']]).toEqual([302, 'http://elsewhere']);
});

test('an answer that does not begin, or stands still, ends with ETIMEDOUT', async () => {
  const silent = await serve(() => undefined);
  const error = await errorOf(client().request({ url: silent, timeoutMs: 100 }));
  expect([error.code, error.message]).toEqual(['ETIMEDOUT', `${new URL(silent).host}: no answer within 0.1 s`]);
  const stuck = await serve((_request, response) => {
    response.write('begun');
  });
  const answer = await client().request({ url: stuck, timeoutMs: 200 });
  expect((await errorOf(readText(answer))).code).toBe('ETIMEDOUT');
});

test('an answer without a timeout may be silent', async () => {
  const url = await serve((_request, response) => {
    response.write('a');
    setTimeout(() => response.end('b'), 300);
  });
  expect(await readText(await client().request({ url }))).toBe('ab');
});

test('a port where nobody listens is named', async () => {
  const error = await errorOf(client().request({ url: 'http://127.0.0.1:1/path' }));
  expect([error.code, error.message]).toEqual(['ECONNREFUSED', 'connect ECONNREFUSED 127.0.0.1:1']);
});

/** A listener that does one thing to every connection, at the port of an address. */
async function listening(scheme: string, onSocket: (socket: Socket) => void): Promise<string> {
  const server = createTcpServer((socket) => {
    socket.on('error', () => undefined);
    open.push({ close: () => socket.destroy() });
    onSocket(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  open.push({ close: () => server.close() });
  const address = server.address();
  return `${scheme}://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
}

test.each<[title: string, scheme: string, onSocket: (socket: Socket) => void, code: string, neverSent: boolean]>([
  ['a connection that does not come about', 'https', () => undefined, 'ETIMEDOUT', true],
  ['one that breaks before TLS stands', 'https', (socket) => socket.resetAndDestroy(), 'ECONNRESET', true],
  [
    'one that breaks later',
    'http',
    (socket) => socket.once('data', () => socket.resetAndDestroy()),
    'ECONNRESET',
    false,
  ],
  ['one that is silent', 'http', () => undefined, 'ETIMEDOUT', false],
])('whether anything was sent is told: %s', async (_title, scheme, onSocket, code, neverSent) => {
  const url = await listening(scheme, onSocket);
  const error = await errorOf(client().request({ url, connectTimeoutMs: 300, timeoutMs: 600 }));
  expect([error.code, error.neverSent === true]).toEqual([code, neverSent]);
});

test('a plain server is not mistaken for one with TLS', async () => {
  const url = await serve((_request, response) => {
    response.end();
  });
  const error = await errorOf(client().request({ url: url.replace('http:', 'https:') }));
  expect(error.message).toBe(`${new URL(url).host}: it does not speak TLS`);
});

test('an answer that is too large is given up', async () => {
  const url = await serve((_request, response) => {
    response.end('x'.repeat(1000));
  });
  const answer = await client().request({ url });
  expect((await errorOf(readText(answer, 100))).message).toBe('an answer of more than 100 bytes');
});

test('a CA file that is none is a Problem of usage', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'liftlock-ca-'));
  open.push({ close: () => rmSync(folder, { recursive: true }) });
  const caFile = join(folder, 'ca.crt');
  const absent = await errorOf(client().request({ url: 'https://127.0.0.1:1', caFile }));
  writeFileSync(caFile, 'no certificate');
  const empty = await errorOf(client().request({ url: 'https://127.0.0.1:1', caFile }));
  expect([absent.code, empty.code]).toEqual(['CA_FILE_UNREADABLE', 'CA_FILE_UNREADABLE']);
});
