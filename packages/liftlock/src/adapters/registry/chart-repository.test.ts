import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { RegistryLogin } from '../../model/ports.ts';
import type { Problem } from '../../model/problem.ts';
import { Redactor } from '../../model/redaction.ts';
import { makeHttpClient } from '../http/http-client.ts';
import { makeRegistry } from './registry.ts';

const http = makeHttpClient({ env: {} });
const archive = Buffer.from('an archive');
const hex = createHash('sha256').update(archive).digest('hex');
const reference = 'https://charts.example.com/stable/coder';

let folder: string;
let server: Server;
let seen: IncomingMessage[];
let files: Record<string, string | Buffer>;
let password: string | undefined;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'liftlock-test-'));
  seen = [];
  password = undefined;
  files = {
    '/stable/index.yaml': indexOf([
      ['1.44.3', hex],
      ['1.16.1', hex],
      ['2.0.0-rc.1', hex],
    ]),
    '/stable/coder.tgz': archive,
  };
  server = createServer((request, response) => {
    seen.push(request);
    const wants = password === undefined ? undefined : `Basic ${Buffer.from(`ada:${password}`).toString('base64')}`;
    if (wants !== undefined && request.headers.authorization !== wants)
      response.writeHead(401, { 'www-authenticate': 'Basic realm="charts"' }).end();
    else
      response.writeHead(request.url !== undefined && request.url in files ? 200 : 404).end(files[request.url ?? '']);
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

function indexOf(versions: readonly (readonly [string, string | undefined])[], url = 'coder.tgz'): string {
  const entries = versions.map(([version, digest]) => ({ name: 'coder', version, urls: [url], digest }));
  return JSON.stringify({ apiVersion: 'v1', generated: '2026-11-21T10:00:00Z', entries: { coder: entries } });
}

function registry(login?: RegistryLogin) {
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return makeRegistry({
    credentials: { loginFor: (asked) => Promise.resolve(asked === host ? login : undefined) },
    request: (request) => http.request(request),
    clock: { now: () => new Date(), sleep: () => Promise.resolve() },
    redactor: new Redactor(),
    cacheFolder: folder,
    mirrors: [{ from: 'https://charts.example.com', to: `http://${host}` }],
  });
}

function problemOf(promise: Promise<unknown>): Promise<Problem> {
  return promise.then(
    () => expect.fail('nothing was thrown'),
    (error: unknown) => error as Problem,
  );
}

test('D05: versions come from the index, which is read once and anew by each process', async () => {
  const one = registry();
  expect(await one.resolve(reference, '1.16.1')).toBe(`sha256:${hex}`);
  const listing = await one.listing(reference);
  expect(listing?.versions).toEqual(['2.0.0-rc.1', '1.44.3', '1.16.1']);
  expect(listing?.index).toMatchObject({ newest: '1.44.3', generated: '2026-11-21T10:00:00Z' });
  expect(seen.map(({ url }) => url)).toEqual(['/stable/index.yaml']);
  files['/stable/index.yaml'] = indexOf([['1.45.0', hex]]);
  expect((await registry().listing(reference))?.index.newest).toBe('1.45.0');
});

test('an archive is kept by its digest, and pulled again where it is gone', async () => {
  const digest = await registry().resolve(reference, '1.16.1');
  const { file } = await registry().pull(reference, digest);
  expect(readFileSync(file)).toEqual(archive);
  const asked = seen.length;
  await registry().pull(reference, digest);
  expect(seen).toHaveLength(asked);
  rmSync(file);
  expect((await registry().pull(reference, digest)).file).toBe(file);
});

test('an archive that is not what the index says is refused', async () => {
  files['/stable/coder.tgz'] = Buffer.from('other');
  expect((await problemOf(registry().pull(reference, `sha256:${hex}`))).code).toBe('DIGEST_MISMATCH');
});

test('an index without digests: what comes is pinned', async () => {
  files['/stable/index.yaml'] = indexOf([['1.16.1', undefined]]);
  const one = registry();
  const digest = await one.resolve(reference, '1.16.1');
  expect(digest).toBe(`sha256:${hex}`);
  files['/stable/coder.tgz'] = Buffer.from('other');
  expect((await one.pull(reference, digest)).digest).toBe(digest);
});

test('a login is shown where it is asked for, and to no other host', async () => {
  password = 'canary-password';
  expect((await problemOf(registry().resolve(reference, '1.16.1'))).code).toBe('REGISTRY_REFUSED');
  const login = { username: 'ada', password };
  expect(await registry(login).resolve(reference, '1.16.1')).toBe(`sha256:${hex}`);
  const elsewhere = createServer((request, response) => {
    seen.push(request);
    response.writeHead(200).end(archive);
  });
  await new Promise<void>((resolve) => void elsewhere.listen(0, '127.0.0.1', resolve));
  const other = `127.0.0.1:${(elsewhere.address() as AddressInfo).port}`;
  files['/stable/index.yaml'] = indexOf([['1.16.1', hex]], `http://${other}/coder.tgz`);
  await registry(login).pull(reference, `sha256:${hex}`);
  expect(seen.filter(({ headers }) => headers.host === other).map(({ headers }) => headers.authorization)).toEqual([
    undefined,
  ]);
  elsewhere.closeAllConnections();
  elsewhere.close();
});

test.each([
  ['1.99.0', () => undefined, 'CHART_NOT_FOUND'],
  ['1.16.1', () => void (files['/stable/index.yaml'] = '<html>login</html>'), 'INDEX_BAD'],
  ['1.16.1', () => void delete files['/stable/index.yaml'], 'CHART_NOT_FOUND'],
  [
    '1.16.1',
    () => void (files['/stable/index.yaml'] = indexOf([['1.16.1', undefined]], 'http://charts.example.com/x.tgz')),
    'PLAIN_HTTP_REFUSED',
  ],
])('%s: what is wrong is said (%#)', async (version, change, code) => {
  change();
  expect(await problemOf(registry().resolve(reference, version))).toMatchObject({ code, exitCode: 3 });
});
