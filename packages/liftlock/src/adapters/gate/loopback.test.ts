import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openLoopback, type Loopback } from './loopback.ts';

let folder: string;
let loopback: Loopback;
let heard: string[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'liftlock-test-'));
  heard = [];
  loopback = await openLoopback({
    folder,
    namespace: 'default',
    handle: async (request, response) => {
      heard.push(`${request.method} ${request.url}`);
      response.end('{}');
    },
  });
});
afterEach(async () => {
  await loopback.close();
  rmSync(folder, { recursive: true, force: true });
});

function place() {
  const config = JSON.parse(readFileSync(loopback.kubeconfig, 'utf8')) as {
    readonly clusters: readonly { readonly cluster: { readonly server: string } }[];
  };
  const { port, username, password } = new URL(config.clusters[0]?.cluster.server ?? '');
  return {
    port: Number(port),
    token: password,
    login: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`,
  };
}

/** What a connection is answered that sends exactly this. */
function said(text: string): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  let answer = '';
  const socket = connect({ host: '127.0.0.1', port: place().port });
  socket.on('data', (data: Buffer) => {
    answer += data.toString();
  });
  socket.once('close', () => resolve(answer)).once('error', () => resolve(answer));
  socket.write(text);
  return promise;
}

const request = (start: string, ...headers: readonly string[]) =>
  [start, ...headers, 'connection: close', '', ''].join('\r\n');

test('X02: the gate answers helm alone: by its own address, with its token, from no page', async () => {
  const { port, login, token } = place();
  const host = `host: 127.0.0.1:${port}`;
  const authorization = `authorization: ${login}`;
  const start = 'GET /api/v1/pods HTTP/1.1';
  expect(await said(request(start, host, authorization))).toMatch(/^HTTP\/1\.1 200 /);
  expect(await said(request(start, host, `authorization: Bearer ${token}`))).toMatch(/^HTTP\/1\.1 200 /);
  expect(heard).toEqual(['GET /api/v1/pods', 'GET /api/v1/pods']);
  const refused = {
    'DNS rebinding': request(start, `host: evil.example:${port}`, authorization),
    'another port': request(start, 'host: 127.0.0.1:80', authorization),
    'a name of this machine': request(start, `host: localhost:${port}`, authorization),
    'a page': request(start, host, authorization, 'origin: http://evil.example'),
    'a page without origin of its own': request(start, host, authorization, 'origin: null'),
    'a page of this address': request(start, host, authorization, `origin: http://127.0.0.1:${port}`),
    'a preflight': request(
      'OPTIONS /api/v1/pods HTTP/1.1',
      host,
      'origin: http://evil.example',
      'access-control-request-method: DELETE',
    ),
    'no token': request(start, host),
    'a wrong token': request(start, host, `authorization: Bearer ${token.slice(0, -1)}0x`),
    'a token of the same length': request(start, host, `authorization: Bearer ${'0'.repeat(token.length)}`),
    'an empty token': request(start, host, 'authorization: Bearer '),
    'a whole address': request(`GET http://127.0.0.1:${port}/api/v1/pods HTTP/1.1`, host, authorization),
    'another whole address': request('GET http://169.254.169.254/latest HTTP/1.1', host, authorization),
  };
  for (const [what, text] of Object.entries(refused))
    expect([what, await said(text)]).toEqual([what, expect.stringMatching(/^HTTP\/1\.1 401 /)]);
  expect(heard).toHaveLength(2);
});

test('X02: no tunnel, no other protocol, no second request in the shadow of the first', async () => {
  const { port, login } = place();
  const host = `host: 127.0.0.1:${port}`;
  const authorization = `authorization: ${login}`;
  const upgrades = ['h2c', 'websocket', 'SPDY/3.1'];
  for (const way of upgrades) {
    const text = [
      'GET /api/v1/pods HTTP/1.1',
      host,
      authorization,
      `upgrade: ${way}`,
      'connection: upgrade',
      '',
      '',
    ].join('\r\n');
    expect([way, await said(text)]).toEqual([way, expect.stringMatching(/^HTTP\/1\.1 403 /)]);
  }
  expect(await said(request('CONNECT 127.0.0.1:22 HTTP/1.1', host, authorization))).toMatch(/^HTTP\/1\.1 403 /);
  // HTTP/2 with prior knowledge, TLS, garbage, and two lengths of one body: the connection ends without a word of ours.
  const others = [
    'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
    '\u0016\u0003\u0001\u0000\u00a5\u0001\u0000',
    `${'x'.repeat(70_000)}\r\n\r\n`,
    request('POST /api/v1/pods HTTP/1.1', host, authorization, 'content-length: 5', 'transfer-encoding: chunked'),
    request('GET /api HTTP/1.1', host, host, authorization, 'content-length: 1', 'content-length: 2'),
  ];
  for (const text of others) expect(await said(text)).not.toMatch(/^HTTP\/1\.1 200 /);
  expect(heard).toEqual([]);
});
