import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { randomBytes } from 'node:crypto';
import { connectCluster, type ClusterConnection } from '../src/adapters/cluster/connect.ts';
import type { KubeObject } from '../src/model/kube.ts';
import { startFaultProxy, type FaultAct, type FaultProxy } from './support/fault-proxy.ts';
import { problemOf } from './support/kubeconfigs.ts';
import { sharedSandbox } from './support/stage.ts';

const sandbox = sharedSandbox();
const namespace = `failing-${randomBytes(3).toString('hex')}`;
const maps = `/api/v1/namespaces/${namespace}/configmaps`;
let folder: string;
let proxy: FaultProxy;
/** One that only looks, and one of a run. */
let looking: ClusterConnection;
let running: ClusterConnection;
const said: string[] = [];
const stop = new AbortController();

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'liftlock-failing-'));
  await sandbox.api.create('/api/v1/namespaces', {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: namespace },
  });
  await sandbox.api.create(maps, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'known' } });
  proxy = await startFaultProxy(sandbox, folder);
  looking = await connectCluster({ kubeconfig: proxy.kubeconfig, env: {} });
  running = await connectCluster({ kubeconfig: proxy.kubeconfig, env: {} });
  running.patience.begin({
    milliseconds: 60_000,
    signal: stop.signal,
    onAway: () => said.push('away'),
    onBack: () => said.push('back'),
  });
});

afterEach(() => {
  proxy.clear();
  said.splice(0);
});

afterAll(async () => {
  looking.close();
  running.close();
  proxy.close();
  await sandbox.api.delete(`/api/v1/namespaces/${namespace}`);
  rmSync(folder, { recursive: true, force: true });
});

function map(name: string, data: Readonly<Record<string, string>> = { a: '1' }): KubeObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data };
}

const passing: readonly (readonly [string, FaultAct])[] = [
  ['429 with Retry-After', { status: 429, retryAfter: 1 }],
  ['500', { status: 500 }],
  ['503 of something in between', { status: 503, isPlain: true }],
  ['a reset before it was passed on', { reset: 'before' }],
  ['a reset after it was passed on', { reset: 'after' }],
  ['an answer that breaks off', { reset: 'within' }],
  ['a slow answer', { slowMs: 300 }],
  ['nobody listening', { downMs: 600 }],
];

test.each(passing)('a read survives %s, also for those who only look', async (name, act) => {
  const hits = proxy.add({ act, method: /GET/, path: /configmaps/, times: 'downMs' in act ? 1 : 2 });
  expect((await looking.reader.list(maps)).map(({ metadata }) => metadata.name)).toContain('known');
  expect([name, hits()]).toEqual([name, 'downMs' in act || 'slowMs' in act ? 1 : 2]);
});

const unsure: readonly (readonly [string, FaultAct])[] = [
  ['429 with Retry-After', { status: 429, retryAfter: 1 }],
  ['504', { status: 504, message: 'Timeout: request did not complete within requested timeout' }],
  ['500 of its store', { status: 500, message: 'etcdserver: request timed out' }],
  ['a reset before it was passed on', { reset: 'before' }],
  ['a reset after it was passed on', { reset: 'after' }],
  ['an answer that breaks off', { reset: 'within' }],
  ['nobody listening', { downMs: 600 }],
];

test.each(unsure)(
  'in a run create, replace and delete are done once each over %s, a merge at most twice',
  async (name, act) => {
    const one = `one-${randomBytes(2).toString('hex')}`;
    const { writer, reader } = running;
    const failing = (method: RegExp) => proxy.add({ act, method, path: /configmaps/ });
    const hits = [failing(/POST/)];
    const before = writer.writes();
    const made = await writer.create(maps, map(one));
    hits.push(failing(/PUT/));
    const replaced = await writer.replace(`${maps}/${one}`, { ...made, data: { a: '2' } });
    hits.push(failing(/PATCH/));
    const patched = await writer.patch(`${maps}/${one}`, { data: { b: '3' } });
    expect([made.data, replaced.data, patched.data]).toEqual([{ a: '1' }, { a: '2' }, { a: '2', b: '3' }]);
    hits.push(failing(/DELETE/));
    await writer.delete(`${maps}/${one}`, { uid: made.metadata.uid });
    expect(await reader.find(`${maps}/${one}`)).toBeUndefined();
    expect([name, hits.map((met) => met()), writer.writes() - before]).toEqual([name, [1, 1, 1, 1], 4]);
    const done = (await sandbox.audit())
      .filter((entry) => entry.name === one && (entry.code ?? 0) < 300 && entry.verb !== 'get')
      .map(({ verb }) => verb);
    // Where the first was done and only its answer is lost, a merge that names no version is sent again: it says the same.
    const merges = 'reset' in act && act.reset !== 'before' ? ['patch', 'patch'] : ['patch'];
    expect(done).toEqual(['create', 'update', ...merges, 'delete']);
  },
);

test('a write of somebody else is never overwritten: neither by a repeated write, nor after a stale read', async () => {
  const { writer, reader } = running;
  const made = await writer.create(maps, map('shared'));
  await reader.get(`${maps}/shared`);
  const theirs = await looking.writer.patch(`${maps}/shared`, { data: { a: 'theirs' } });
  proxy.add({ act: { stale: true }, method: /GET/, path: /configmaps\/shared/ });
  const stale = await reader.get(`${maps}/shared`);
  expect(stale.metadata.resourceVersion).toBe(made.metadata.resourceVersion);
  const refused = await problemOf(writer.replace(`${maps}/shared`, { ...stale, data: { a: 'ours' } }));
  expect(refused.code).toBe('OBJECT_CONFLICT');
  proxy.add({ act: { reset: 'before' }, method: /PUT/, path: /configmaps\/shared/ });
  const lost = await problemOf(writer.replace(`${maps}/shared`, { ...made, data: { a: 'ours' } }));
  expect([lost.code, lost.touched]).toEqual(['CLUSTER_UNREACHABLE', 'unknown']);
  expect((await reader.get(`${maps}/shared`)).metadata.resourceVersion).toBe(theirs.metadata.resourceVersion);
});

test('those who only look learn of an absent API server after a few tries; a run waits for it, and says so once', async () => {
  proxy.down();
  expect((await problemOf(looking.reader.version())).code).toBe('CLUSTER_UNREACHABLE');
  const waiting = Promise.all([running.reader.version(), running.writer.create(maps, map('late'))]);
  await expect.poll(() => said, { timeout: 60_000 }).toEqual(['away']);
  await proxy.up();
  const [version, late] = await waiting;
  expect([version.slice(0, 2), late.data]).toEqual(['v1', { a: '1' }]);
  expect(said).toEqual(['away', 'back']);
});

test('an aggregated API that is broken is not waited for', async () => {
  proxy.add({ act: { status: 503, isPlain: true }, path: /metrics\.k8s\.io/, times: 100 });
  const problem = await problemOf(running.reader.get('/apis/metrics.k8s.io/v1beta1'));
  expect([problem.code, problem.details['status'], said]).toEqual(['CLUSTER_UNREACHABLE', 503, []]);
});

test('a watch loses nothing over closed connections, 410 Gone, refusals and a time away', async () => {
  const events: string[] = [];
  const done = new AbortController();
  const watching = running.reader.watch(
    maps,
    { labelSelector: 'set=watched' },
    ({ type, object }) => events.push(`${type} ${object.metadata.name}`),
    done.signal,
  );
  const make = async (name: string) =>
    sandbox.api.create(maps, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, labels: { set: 'watched' } } });
  const seen = async (text: string) => {
    await expect.poll(() => events, { timeout: 60_000 }).toContain(text);
  };
  await make('w1');
  await seen('ADDED w1');
  for (const [index, how] of (['closed', 'gone', 'closed', 'gone'] as const).entries()) {
    proxy.add({ act: index === 0 ? { status: 410 } : { status: 403 }, path: /watch=true/, times: 2 });
    await expect.poll(() => proxy.breakWatches(how), { timeout: 60_000 }).toBeGreaterThan(0);
    await sandbox.api.delete(`${maps}/w${index + 1}`);
    await make(`w${index + 2}`);
    await seen(`ADDED w${index + 2}`);
    await seen(`DELETED w${index + 1}`);
  }
  proxy.down();
  await make('w6');
  await proxy.up();
  await seen('ADDED w6');
  done.abort();
  await watching;
  const names = (await sandbox.api.list(`${maps}?labelSelector=set%3Dwatched`)).items.map(
    ({ metadata }) => metadata.name,
  );
  const left = new Set<string>();
  for (const event of events) {
    const [type, name = ''] = event.split(' ');
    if (type === 'DELETED') left.delete(name);
    else left.add(name);
  }
  expect([...left].toSorted()).toEqual(names.map((name = '') => name).toSorted());
  expect(new Set(events).size).toBe(events.length);
});

test('O22: an exec token that expired is renewed once, and new certificates of new authorities are accepted', async () => {
  expect((await looking.reader.whoAmI()).groups).toContain('system:masters');
  const before = proxy.pluginRuns();
  proxy.expireToken();
  expect(await Promise.all([looking.reader.version(), looking.reader.list(maps)])).toHaveLength(2);
  expect(proxy.pluginRuns() - before).toBe(1);
  proxy.rotateCertificate();
  expect(await looking.reader.version()).toMatch(/^v1/);
  expect((await running.writer.create(maps, map('after-rotation'))).data).toEqual({ a: '1' });
});

test('O22: a login that fails in the middle of a run is waited for; those who only look learn of it at once', async () => {
  expect(await running.reader.version()).toMatch(/^v1/);
  proxy.endLogins();
  expect((await problemOf(looking.reader.version())).code).toBe('CLUSTER_LOGIN_FAILED');
  const before = proxy.pluginRuns();
  const waiting = Promise.all([running.reader.version(), running.writer.create(maps, map('logged-in'))]);
  await expect.poll(() => proxy.pluginRuns() - before, { timeout: 60_000 }).toBeGreaterThan(1);
  proxy.expireToken();
  const [version, made] = await waiting;
  expect([version.slice(0, 2), made.data]).toEqual(['v1', { a: '1' }]);
});
