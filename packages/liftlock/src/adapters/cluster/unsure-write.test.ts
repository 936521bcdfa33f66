import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { isProblem } from '../../model/problem.ts';
import { connectCluster, type ClusterConnection } from './connect.ts';

const map = '/api/v1/namespaces/default/configmaps/one';
const object = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'one', resourceVersion: '7' },
  data: { a: '1' },
};

/** What becomes of one request; the last one of a list stays. */
type Fate = (request: IncomingMessage, response: ServerResponse) => void;
const cutOff: Fate = (request) => void request.socket.resetAndDestroy();
const say =
  (status: number, body: unknown): Fate =>
  (_request, response) =>
    void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));

let fates: Fate[];
let asked: string[];
let folder: string;
let connection: ClusterConnection;
const stop = new AbortController();
const server = createServer((request, response) => {
  request.resume();
  request.once('end', () => {
    if (request.url === '/readyz') return void response.writeHead(500).end();
    asked.push(`${request.method} ${request.url?.split('?')[0]}`);
    const fate = fates.length > 1 ? fates.shift() : fates[0];
    fate?.(request, response);
  });
});

beforeEach(async () => {
  asked = [];
  folder = mkdtempSync(join(tmpdir(), 'liftlock-unsure-'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const kubeconfig = join(folder, 'kubeconfig');
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'c',
    clusters: [{ name: 'c', cluster: { server: `http://127.0.0.1:${port}` } }],
    users: [{ name: 'c', user: {} }],
    contexts: [{ name: 'c', context: { cluster: 'c', user: 'c' } }],
  };
  writeFileSync(kubeconfig, JSON.stringify(config));
  connection = await connectCluster({ kubeconfig, env: {} });
  const told = { onAway: () => undefined, onBack: () => undefined };
  connection.patience.begin({ milliseconds: 300, signal: stop.signal, ...told });
});

afterEach(async () => {
  connection.close();
  server.close();
  server.closeAllConnections();
  rmSync(folder, { recursive: true, force: true });
});

async function touchedBy(write: Promise<unknown>): Promise<string> {
  return write.then(
    () => 'done',
    (error: unknown) => (isProblem(error) ? `${error.code} ${error.touched}` : String(error)),
  );
}

test('a write that was cut off, and whose object cannot be looked at, may have been done', async () => {
  fates = [cutOff, say(403, { kind: 'Status', message: 'no' })];
  expect(await touchedBy(connection.writer.replace(map, object))).toBe('CLUSTER_REFUSED unknown');
  expect(asked).toEqual([`PUT ${map}`, `GET ${map}`]);
});

test('a write that was cut off, and repeated to somebody who is not there any more, may have been done', async () => {
  fates = [
    (request) => {
      server.close();
      request.socket.resetAndDestroy();
    },
  ];
  expect(await touchedBy(connection.writer.patch(map, { data: { a: '2' } }))).toBe('CLUSTER_UNREACHABLE unknown');
  expect(asked).toEqual([`PATCH ${map}`]);
});

test('O8: a write that was cut off, and may not be repeated since the lease is lost, may have been done', async () => {
  fates = [cutOff];
  const may = [true, false];
  const writer = connection.fencedWriter(async () => may.shift() ?? false);
  expect(await touchedBy(writer.patch(map, { data: { a: '2' } }))).toBe('LEASE_LOST unknown');
  expect(asked).toEqual([`PATCH ${map}`]);
});

test('what was refused at the first try was not done', async () => {
  fates = [say(409, { kind: 'Status', message: 'changed' })];
  expect(await touchedBy(connection.writer.replace(map, object))).toBe('OBJECT_CONFLICT no');
});

test('a dry run that is never answered fails: what is there already is no answer to it', async () => {
  const isRead = ({ method }: IncomingMessage) => method === 'GET';
  const found = say(200, object);
  fates = [
    say(404, { kind: 'Status', message: 'no such APIService' }),
    (request, response) => (isRead(request) ? found : cutOff)(request, response),
  ];
  const maps = '/api/v1/namespaces/default/configmaps';
  expect(await touchedBy(connection.writer.dryRunCreate(maps, object))).toMatch(/^CLUSTER_UNREACHABLE/);
  expect(asked.filter((one) => one === `GET ${map}`)).toEqual([]);
});
