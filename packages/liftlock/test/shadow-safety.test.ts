import { request as httpRequest } from 'node:http';
import { networkInterfaces } from 'node:os';
import { connect } from 'node:net';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { GateSession } from '../src/model/ports.ts';
import { ask, openGateStage, type GateStage } from './support/gate-stage.ts';
import { serveFarApi } from './support/far-api.ts';

let stage: GateStage;
beforeAll(async () => {
  stage = await openGateStage();
}, 1_800_000);
afterAll(async () => stage.close());

/** Every resource that the API server serves: what is stored of it, and how it looks in a path. */
interface Served {
  readonly base: string;
  readonly name: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
  readonly kind: string;
}

async function everythingServed(): Promise<readonly Served[]> {
  const { api } = stage.sandbox;
  const groups = (await api.get('/apis')) as unknown as {
    groups: readonly { versions: readonly { groupVersion: string }[] }[];
  };
  const bases = [
    '/api/v1',
    ...groups.groups.flatMap(({ versions }) => versions.map((one) => `/apis/${one.groupVersion}`)),
  ];
  const lists = await Promise.all(
    bases.map(async (base) => {
      const list = (await api.get(base)) as unknown as { resources: readonly Omit<Served, 'base'>[] };
      return list.resources.map((one) => ({ ...one, base }));
    }),
  );
  return lists.flat();
}

/** What others than a test keep changing: heartbeats, and what the control plane counts. */
const restless = new Set(['events', 'leases', 'nodes', 'componentstatuses']);

/** `resource namespace/name uid resourceVersion` of everything that is stored. */
async function everythingStored(served: readonly Served[]): Promise<readonly string[]> {
  const stored = served.filter(
    ({ base, name, verbs }) =>
      !base.includes('far.example') && !name.includes('/') && verbs.includes('list') && !restless.has(name),
  );
  const lists = await Promise.all(
    stored.map(async ({ base, name }) =>
      (await stage.connection.reader.list(`${base}/${name}`)).map(
        ({ metadata }) =>
          `${base}/${name} ${metadata.namespace ?? ''}/${metadata.name} ${metadata.uid} ${metadata.resourceVersion}`,
      ),
    ),
  );
  return lists.flat().toSorted((one, other) => (one < other ? -1 : 1));
}

function serverOf(session: GateSession): URL {
  const config = JSON.parse(readFileSync(session.kubeconfig, 'utf8')) as {
    clusters: [{ cluster: { server: string } }];
  };
  return new URL(config.clusters[0].cluster.server);
}

const pod = (name: string) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name },
  spec: { containers: [{ name: 'main', image: 'example.com/main:1' }], terminationGracePeriodSeconds: 0 },
});

/** What is written to: one object of each kind that has doors of its own. */
async function furnish(namespace: string): Promise<void> {
  const { api } = stage.sandbox;
  const here = `/api/v1/namespaces/${namespace}`;
  await api.create(`${here}/pods`, pod('x'));
  await api.create(`${here}/configmaps`, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x' } });
  await api.create(`${here}/serviceaccounts`, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'x' } });
  await api.create(`${here}/services`, {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'x' },
    spec: { ports: [{ port: 80 }] },
  });
  await api.create(`/apis/apps/v1/namespaces/${namespace}/deployments`, {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'x' },
    spec: {
      replicas: 0,
      selector: { matchLabels: { app: 'x' } },
      template: { metadata: { labels: { app: 'x' } }, spec: pod('x').spec },
    },
  });
}

/** A body that the API server would take, for what is written to most; else an empty object. */
function bodyFor(path: string, method: string): string {
  if (method === 'DELETE') return '{"kind":"DeleteOptions","apiVersion":"v1"}';
  if (method === 'PATCH') return '{"metadata":{"labels":{"touched":"yes"}},"spec":{"replicas":3}}';
  if (path.endsWith('/eviction')) return '{"apiVersion":"policy/v1","kind":"Eviction","metadata":{"name":"x"}}';
  if (path.endsWith('/token')) return '{"apiVersion":"authentication.k8s.io/v1","kind":"TokenRequest","spec":{}}';
  if (/\/bindings?$/.test(path)) {
    return '{"apiVersion":"v1","kind":"Binding","metadata":{"name":"x"},"target":{"kind":"Node","name":"node-0"}}';
  }
  if (path.endsWith('/scale'))
    return '{"apiVersion":"autoscaling/v1","kind":"Scale","metadata":{"name":"x"},"spec":{"replicas":3}}';
  if (path.endsWith('/configmaps') || path.endsWith('/configmaps/x')) {
    return '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"x","labels":{"touched":"yes"}}}';
  }
  if (path.endsWith('/pods')) return JSON.stringify(pod('new'));
  return '{"metadata":{"name":"x"}}';
}

test('O7: every verb on every resource, and on every odd path, leaves the cluster as it was', async () => {
  const namespace = await stage.newNamespace();
  await furnish(namespace);
  const far = await serveFarApi(stage.sandbox, namespace);
  const served = await everythingServed();
  const paths = served.flatMap(({ base, name, namespaced }) => {
    const [resource = '', subresource] = name.split('/');
    const place = namespaced ? `${base}/namespaces/${namespace}/${resource}` : `${base}/${resource}`;
    const own = resource === 'namespaces' ? namespace : 'x';
    return subresource === undefined ? [place, `${place}/${own}`] : [`${place}/${own}/${subresource}`];
  });
  const pods = `/api/v1/namespaces/${namespace}/pods`;
  const maps = `/api/v1/namespaces/${namespace}/configmaps`;
  const odd = [
    ...[
      'exec',
      'attach',
      'portforward',
      'proxy',
      'proxy/a',
      'eviction',
      'binding',
      'resize',
      'ephemeralcontainers',
    ].flatMap((door) => [
      `${pods}/x/${door}`,
      `${pods}/x/${door}?dryRun=All`,
      `${pods}/x/${door.toUpperCase()}`,
      `${pods}/x/${door}/`,
    ]),
    `${pods}/x/%65xec`,
    `${pods}/x/%65viction`,
    `${pods}/x/eviction#a`,
    `${pods}/x%2Feviction`,
    `${pods}//x/eviction`,
    `//api/v1/namespaces/${namespace}/pods/x/eviction`,
    `/api/v1/namespaces/${namespace}/../${namespace}/pods/x`,
    `/api/v1/namespaces/${namespace}/%2e%2e/${namespace}/pods/x`,
    `/api/v1/namespaces/${namespace}/bindings`,
    `/api/v1/proxy/nodes/node-0`,
    `/api/v1/watch/namespaces/${namespace}/pods/x`,
    `/API/v1/namespaces/${namespace}/configmaps/x`,
    `/api/V1/namespaces/${namespace}/ConfigMaps/x`,
    `${maps}/x?dryRun=`,
    `${maps}/x?dryRun=All&dryRun=`,
    `${maps}/x?%64ryRun=None`,
    `${maps}/x?dryrun=All`,
    `${maps}/x;dryRun=All`,
    `${maps}/`,
    `${maps}/x/`,
    `http://127.0.0.1${maps}/x`,
    '/metrics',
    '/logs/',
    '/debug/flags/v',
    '/apis/far.example/v1/things',
    `/apis/far.example/v1/namespaces/${namespace}/things`,
    `/apis/far.example/v1/namespaces/${namespace}/things/x`,
    `/apis/far.example/v1/namespaces/${namespace}/things/x/status`,
  ];
  const methods = ['POST', 'PUT', 'PATCH', 'DELETE'];
  const strange = ['OPTIONS', 'HEAD', 'LINK', 'MERGE', 'PROPFIND', 'PURGE'];
  const types = [
    'application/merge-patch+json',
    'application/strategic-merge-patch+json',
    'application/apply-patch+yaml',
    'application/json-patch+json',
  ];
  const before = await everythingStored(served);
  const began = new Date().toISOString();
  const session = await stage.gate.openShadow();
  let sent = 0;
  const send = async (method: string, path: string, type: string) => {
    sent += 1;
    const headers = { 'content-type': type, 'x-http-method-override': 'DELETE' };
    const body = method === 'HEAD' || method === 'OPTIONS' ? undefined : bodyFor(path.split('?')[0] ?? '', method);
    return ask(session, { method, path, headers, body });
  };
  const refused = new Set<string>();
  const requests = [...paths, ...odd].flatMap((path) => {
    const isOften = odd.includes(path) || path.includes('configmaps') || path.includes('deployments');
    return (isOften ? [...methods, ...strange] : methods).flatMap((method) =>
      (method === 'PATCH' ? types.slice(0, isOften ? types.length : 1) : ['application/json']).map((type) => ({
        method,
        path,
        type,
      })),
    );
  });
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      for (let next = requests.pop(); next !== undefined; next = requests.pop()) {
        const answer = await send(next.method, next.path, next.type);
        if (answer.status === 403 && answer.text.includes('liftlock')) refused.add(`${next.method} ${next.path}`);
      }
    }),
  );
  const after = await everythingStored(served);
  expect(after).toEqual(before);
  expect(far.stored()).toBe(0);
  expect(session.writes()).toBe(0);
  expect(sent).toBeGreaterThan(1_500);

  const verbs = new Set(['create', 'update', 'patch', 'delete', 'deletecollection', 'connect', 'post', 'put']);
  const own = (await stage.sandbox.audit()).filter(
    ({ time, userAgent }) => time >= began && userAgent.startsWith('liftlock') && !userAgent.includes('sandbox'),
  );
  const written = own.filter(
    ({ verb, dryRun, resource }) => verbs.has(verb) && !dryRun && !/review/.test(resource ?? ''),
  );
  expect(written).toEqual([]);
  expect(own.filter(({ dryRun }) => dryRun).length).toBeGreaterThan(300);
  const doors = new Set(['exec', 'attach', 'portforward', 'proxy', 'eviction', 'binding', 'token', 'finalize']);
  expect(own.filter(({ subresource }) => doors.has(subresource ?? ''))).toEqual([]);
  expect(own.filter(({ resource, verb }) => resource === 'bindings' && verb !== 'get')).toEqual([]);
  for (const door of ['exec', 'attach', 'portforward', 'proxy', 'eviction', 'binding']) {
    expect(refused).toContain(`POST ${pods}/x/${door}`);
  }
  for (const method of methods) expect(refused).toContain(`${method} /api/v1/watch/namespaces/${namespace}/pods/x`);
  for (const method of ['LINK', 'MERGE', 'PROPFIND', 'PURGE']) expect(refused).toContain(`${method} ${maps}/x`);
  expect(refused).not.toContain(`PUT ${maps}/x`);
  await session.close();
  await far.close();
});

test('a shadow listens on loopback alone, wants its token and its own address as host, and opens no tunnel', async () => {
  const session = await stage.gate.openShadow();
  const { hostname, port, username, password } = serverOf(session);
  expect(hostname).toBe('127.0.0.1');
  const others = Object.values(networkInterfaces()).flatMap((all) => all ?? []);
  for (const { address, internal, family } of others) {
    if (address === '127.0.0.1' || (internal && family === 'IPv4')) continue;
    const { promise, resolve } = Promise.withResolvers<string>();
    const socket = connect({ host: address, port: Number(port) });
    socket.once('connect', () => resolve('open')).once('error', () => resolve('closed'));
    expect([address, await promise]).toEqual([address, 'closed']);
    socket.destroy();
  }
  const statusOf = async (headers: Record<string, string>, withToken: boolean) =>
    (await ask(session, { path: '/api/v1/namespaces', headers }, withToken)).status;
  const basic = (user: string, word: string) => `Basic ${Buffer.from(`${user}:${word}`).toString('base64')}`;
  expect(await statusOf({}, true)).toBe(200);
  for (const host of [
    'localhost',
    `localhost:${port}`,
    '127.0.0.1',
    'evil.example',
    `evil.example:${port}`,
    `[::1]:${port}`,
  ]) {
    expect([host, await statusOf({ host }, true)]).toEqual([host, 401]);
  }
  for (const authorization of [
    '',
    'Bearer',
    basic(username, ''),
    basic('', password),
    basic(username, `${password}0`),
  ]) {
    expect([authorization, await statusOf({ authorization }, false)]).toEqual([authorization, 401]);
  }
  const { promise, resolve } = Promise.withResolvers<number | string>();
  const upgrade = httpRequest({
    host: hostname,
    port,
    auth: `${username}:${password}`,
    path: '/api/v1/namespaces/default/pods/x/exec?command=sh',
    headers: { connection: 'upgrade', upgrade: 'SPDY/3.1' },
  });
  upgrade.once('response', (answer) => resolve(answer.statusCode ?? 0));
  upgrade.once('upgrade', () => resolve('upgraded')).once('error', () => resolve('closed'));
  upgrade.end();
  expect(await promise).toBe(403);
  const tunnel = connect({ host: hostname, port: Number(port) });
  const said = Promise.withResolvers<string>();
  tunnel.once('data', (data: Buffer) => said.resolve(data.toString())).once('error', () => said.resolve(''));
  tunnel.write(`CONNECT 127.0.0.1:22 HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\n\r\n`);
  expect(await said.promise).toContain('403');
  tunnel.destroy();
  await session.close();
});
