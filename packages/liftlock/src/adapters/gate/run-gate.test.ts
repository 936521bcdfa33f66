import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Problem } from '../../model/problem.ts';
import type { GateSession } from '../../model/ports.ts';
import { connectCluster, type ClusterConnection, type ClusterRequest } from '../cluster/connect.ts';
import { makeGate } from './gate.ts';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

let answer: Answer;
let folder: string;
let port: number;
let connection: ClusterConnection;
const server = createServer((request, response) => {
  request.resume();
  request.once('end', () => answer(request, response));
});

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'liftlock-run-gate-'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  port = typeof address === 'object' && address !== null ? address.port : 0;
  connection = await connectTo(port);
});

afterEach(async () => {
  connection.close();
  server.close();
  server.closeAllConnections();
  rmSync(folder, { recursive: true, force: true });
});

async function connectTo(at: number): Promise<ClusterConnection> {
  const kubeconfig = join(folder, `kubeconfig-${at}`);
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'c',
    clusters: [{ name: 'c', cluster: { server: `http://127.0.0.1:${at}` } }],
    users: [{ name: 'c', user: {} }],
    contexts: [{ name: 'c', context: { cluster: 'c', user: 'c' } }],
  };
  writeFileSync(kubeconfig, JSON.stringify(config));
  return connectCluster({ kubeconfig, env: {} });
}

async function open(mayWrite: () => Promise<boolean> = async () => true): Promise<GateSession> {
  return makeGate(connection, { folder: join(folder, 'gate') }).openRun(mayWrite);
}

/** One request as helm sends it, a write where nothing else is said. */
async function write(session: GateSession, query = '', signal?: AbortSignal, method = 'POST'): Promise<string> {
  const config = JSON.parse(readFileSync(session.kubeconfig, 'utf8')) as {
    clusters: [{ cluster: { server: string } }];
  };
  const { origin, username, password } = new URL(config.clusters[0].cluster.server);
  const response = await fetch(`${origin}/api/v1/namespaces/default/secrets${query}`, {
    method,
    ...(method === 'POST' ? { body: '{}' } : {}),
    headers: { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` },
    ...(signal === undefined ? {} : { signal }),
  });
  return `${response.status} ${await response.text()}`;
}

function saying(status: number, body: string): Answer {
  return (_request, response) => void response.writeHead(status).end(body);
}

const status = (message: string) => JSON.stringify({ kind: 'Status', status: 'Failure', message });
/** As client-go asks for it: an envelope that names the type, and the texts as they are. */
const protobuf = (message: string) =>
  `k8s\0\n\f\n\u0002v1\u0012\u0006Status\u0012K\n\u0004\n\0\u0012\0\u001a>${message}`;

test.each<[title: string, answer: Answer, writes: number, unsure: number]>([
  ['accepted', saying(201, '{}'), 1, 0],
  ['refused by a rule', saying(422, status('is invalid')), 0, 0],
  ['refused since there is too much to do', saying(429, status('too many requests')), 0, 0],
  ["a webhook's failure", saying(500, status('failed calling webhook "x": context deadline exceeded')), 0, 0],
  ["a webhook's failure, in protobuf", saying(500, protobuf('failed calling webhook "x": refused')), 0, 0],
  ['its store did not say', saying(500, status('etcdserver: request timed out')), 0, 1],
  ['its store did not say, in protobuf', saying(500, protobuf('etcdserver: leader changed')), 0, 1],
  ['its store broke off', saying(500, status('rpc error: code = Unavailable desc = transport is closing')), 0, 1],
  ['its own time was over', saying(504, status('Timeout: request did not complete within 60s')), 0, 1],
  ['something in between answered', saying(502, '<html>Bad Gateway</html>'), 0, 1],
  ['the connection broke after it was sent', (request) => void request.socket.resetAndDestroy(), 0, 1],
])("a write of helm's is counted for what is known of it: %s", async (_title, answering, writes, unsure) => {
  answer = answering;
  const session = await open();
  await write(session);
  await write(session, '?dryRun=All');
  expect([session.writes(), session.unsure(), session.heldBack()]).toEqual([writes, unsure, undefined]);
  await session.close();
});

test('a write that was never sent is none: nobody listens', async () => {
  const away = await connectTo(1);
  const session = await makeGate(away, { folder: join(folder, 'gate') }).openRun(async () => true);
  expect(await write(session)).toMatch(/^502 liftlock: http:\/\/127\.0\.0\.1:1 cannot be reached/);
  expect([session.writes(), session.unsure()]).toEqual([0, 0]);
  await session.close();
  away.close();
});

test('O8: a write that was on its way when helm ended stays unsure, and one that waited is not sent any more', async () => {
  const arrived = Promise.withResolvers<void>();
  const held = Promise.withResolvers<boolean>();
  let asked = 0;
  let received = 0;
  answer = () => {
    received += 1;
    arrived.resolve();
  };
  const session = await open(async () => ((asked += 1) === 1 ? true : held.promise));
  const helm = new AbortController();
  const writing = [write(session, '', helm.signal), write(session, '', helm.signal)];
  await arrived.promise;
  await expect.poll(() => asked, { timeout: 60_000 }).toBe(2);
  helm.abort();
  await session.close();
  held.resolve(true);
  expect((await Promise.allSettled(writing)).map(({ status: end }) => end)).toEqual(['rejected', 'rejected']);
  // What a request that waited would have done by now.
  await new Promise((resolve) => setImmediate(resolve));
  expect([received, session.writes(), session.unsure()]).toEqual([1, 0, 1]);
});

test('O8: why the gate itself sent nothing is told by its own code, until a write passes again', async () => {
  answer = saying(201, '{}');
  const rules: (() => Promise<boolean>)[] = [
    async () => false,
    async () => {
      throw new Problem('REPLICA_DIFFERS', 'Somebody else has written into the record of the run.');
    },
    async () => true,
  ];
  const session = await open(async () => rules.shift()?.() ?? false);
  expect(await write(session)).toMatch(/^403 .*liftlock: this run no longer holds the lease/);
  expect(session.heldBack()?.code).toBe('LEASE_LOST');
  expect(await write(session)).toBe('502 liftlock: Somebody else has written into the record of the run.');
  expect(session.heldBack()?.code).toBe('REPLICA_DIFFERS');
  expect([session.writes(), session.unsure()]).toEqual([0, 0]);
  await write(session);
  expect([session.writes(), session.heldBack()]).toEqual([1, undefined]);
  await session.close();
});

test('a connection that went dead ends a write and a read after 75 s; a watch is silent for as long as it likes', async () => {
  answer = saying(200, '{}');
  const times: (readonly [method: string, timeoutMs: number | undefined])[] = [];
  const watched = {
    namespace: 'default',
    request: async (asked: ClusterRequest) => {
      times.push([asked.method, asked.timeoutMs]);
      return connection.request(asked);
    },
  };
  const session = await makeGate(watched, { folder: join(folder, 'gate') }).openRun(async () => true);
  await write(session);
  await write(session, '', undefined, 'GET');
  await write(session, '?watch=true', undefined, 'GET');
  expect(times).toEqual([
    ['POST', 75_000],
    ['GET', 75_000],
    ['GET', undefined],
  ]);
  await session.close();
});
