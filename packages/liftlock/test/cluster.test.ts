import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { up, type Sandbox } from '@liftlock/sandbox';
import { connectCluster, type ClusterConnection, type ConnectOptions } from '../src/adapters/cluster/connect.ts';
import { problemOf, serviceAccountToken, type Config } from './support/kubeconfigs.ts';
import { startConnectProxy, startSocksProxy } from './support/proxies.ts';

let sandbox: Sandbox;
let folder: string;
let port: number;
const open: { close(): void }[] = [];
let files = 0;

beforeAll(async () => {
  sandbox = await up();
  port = Number(new URL(sandbox.server).port);
  folder = mkdtempSync(join(tmpdir(), 'liftlock-cluster-'));
}, 1_800_000);

afterAll(async () => {
  for (const item of open) item.close();
  await sandbox.down();
  rmSync(folder, { recursive: true, force: true });
});

/** A kubeconfig like the sandbox's, changed. */
function kubeconfig(change: (config: Config) => void): string {
  const config = parse(readFileSync(sandbox.kubeconfig, 'utf8')) as Config;
  change(config);
  files += 1;
  const path = join(folder, `config-${files}`);
  writeFileSync(path, JSON.stringify(config), { mode: 0o600 });
  return path;
}

async function connectWith(options: Partial<ConnectOptions>): Promise<ClusterConnection> {
  const connection = await connectCluster({ env: {}, ...options });
  open.push(connection);
  return connection;
}

test('who, what and which version: asked of the API server', async () => {
  const { reader, warnings, server, context } = await connectWith({ kubeconfig: sandbox.kubeconfig });
  expect(await reader.whoAmI()).toMatchObject({ user: 'admin', groups: ['system:masters', 'system:authenticated'] });
  expect(await reader.version()).toMatch(/^v1\.\d+\.\d+/);
  expect(await reader.canI('create', 'apps', 'deployments', 'default')).toBe(true);
  expect([warnings, server, context]).toEqual([[], sandbox.server, sandbox.name]);
  const restricted = await connectWith({ kubeconfig: sandbox.kubeconfigFor({ user: 'jane', groups: ['dev'] }) });
  expect(await restricted.reader.canI('get', '', 'pods/log', 'default')).toBe(false);
  expect(await restricted.reader.whoAmI()).toMatchObject({ user: 'jane', groups: ['dev', 'system:authenticated'] });
  const refused = await problemOf(restricted.reader.list('/api/v1/nodes'));
  expect([refused.code, refused.details['status'], refused.exitCode]).toEqual(['CLUSTER_REFUSED', 403, 3]);
  expect(refused.message).toContain('User "jane" cannot list resource "nodes"');
  expect((await problemOf(reader.get('/api/v1/namespaces/nowhere'))).code).toBe('OBJECT_ABSENT');
  expect(await reader.find('/api/v1/namespaces/nowhere')).toBeUndefined();
});

test('lists of several pages come whole, and every object says what it is', async () => {
  const { reader, writer } = await connectWith({ kubeconfig: sandbox.kubeconfig });
  await sandbox.api.create('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'many' } });
  const path = '/api/v1/namespaces/many/configmaps';
  for (let start = 0; start < 620; start += 20) {
    await Promise.all(
      Array.from({ length: 20 }, async (_, index) =>
        writer.create(path, {
          apiVersion: 'v1',
          kind: 'ConfigMap',
          metadata: { name: `c${start + index}`, labels: { set: 'many' } },
        }),
      ),
    );
  }
  expect(writer.writes()).toBe(620);
  const listed = await reader.list(path, { labelSelector: 'set=many' });
  expect(new Set(listed.map((object) => object.metadata.name)).size).toBe(620);
  expect(listed[0]).toMatchObject({ apiVersion: 'v1', kind: 'ConfigMap' });
});

test('a watch goes on after its connection broke, and reports what vanished meanwhile', async () => {
  const proxy = await startConnectProxy(port);
  open.push(proxy);
  const { reader } = await connectWith({
    kubeconfig: kubeconfig((config) => {
      config.clusters[0].cluster['proxy-url'] = `http://127.0.0.1:${proxy.port}`;
    }),
  });
  const { writer } = await connectWith({ kubeconfig: sandbox.kubeconfig });
  const path = '/api/v1/namespaces/default/configmaps';
  const events: string[] = [];
  const stop = new AbortController();
  const seen = async (text: string) => {
    while (!events.includes(text)) await new Promise((resolve) => setTimeout(resolve, 50));
  };
  const done = reader.watch(
    path,
    { labelSelector: 'set=watched' },
    (event) => events.push(`${event.type} ${event.object.metadata.name}`),
    stop.signal,
  );
  const make = async (name: string) =>
    writer.create(path, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, labels: { set: 'watched' } } });
  await make('one');
  await seen('ADDED one');
  proxy.cut();
  await writer.delete(`${path}/one`);
  await make('two');
  await seen('DELETED one');
  await seen('ADDED two');
  stop.abort();
  await done;
  expect(events.toSorted()).toEqual(['ADDED one', 'ADDED two', 'DELETED one']);
});

test('O22: proxy-url of the kubeconfig, with a password, and tls-server-name are honoured', async () => {
  const proxy = await startConnectProxy(port, 'p@ss');
  open.push(proxy);
  const change = (password: string) => (config: Config) => {
    const { cluster } = config.clusters[0];
    cluster['server'] = `https://kube.example:${port}`;
    cluster['tls-server-name'] = 'localhost';
    cluster['proxy-url'] = `http://user:${password}@127.0.0.1:${proxy.port}`;
  };
  const { reader } = await connectWith({ kubeconfig: kubeconfig(change('p%40ss')), env: { NO_PROXY: '*' } });
  expect((await reader.whoAmI()).user).toBe('admin');
  expect(proxy.asked[0]).toBe(`kube.example:${port}`);
  const wrong = await connectWith({ kubeconfig: kubeconfig(change('wrong-secret')) });
  const problem = await problemOf(wrong.reader.version());
  expect(problem.code).toBe('CLUSTER_UNREACHABLE');
  expect(JSON.stringify([problem.message, problem.advice, problem.details])).not.toContain('wrong-secret');
});

test('O22: HTTPS_PROXY is honoured, NO_PROXY and loopback are not sent through it', async () => {
  const proxy = await startConnectProxy(port);
  open.push(proxy);
  const far = kubeconfig((config) => {
    config.clusters[0].cluster['server'] = `https://kube.example:${port}`;
    config.clusters[0].cluster['tls-server-name'] = 'localhost';
  });
  const HTTPS_PROXY = `http://127.0.0.1:${proxy.port}`;
  const through = await connectWith({ kubeconfig: far, env: { HTTPS_PROXY } });
  expect((await through.reader.whoAmI()).user).toBe('admin');
  expect(proxy.asked).toHaveLength(1);
  const excluded = await connectWith({ kubeconfig: far, env: { HTTPS_PROXY, NO_PROXY: '.example' } });
  expect((await problemOf(excluded.reader.version())).code).toBe('CLUSTER_UNREACHABLE');
  const loopback = await connectWith({ kubeconfig: sandbox.kubeconfig, env: { HTTPS_PROXY } });
  expect((await loopback.reader.whoAmI()).user).toBe('admin');
  expect(proxy.asked).toHaveLength(1);
});

test('O22: a SOCKS proxy is honoured, and resolves the name', async () => {
  const proxy = await startSocksProxy(port);
  open.push(proxy);
  const { reader } = await connectWith({
    kubeconfig: kubeconfig((config) => {
      config.clusters[0].cluster['server'] = `https://kube.example:${port}`;
      config.clusters[0].cluster['tls-server-name'] = 'localhost';
      config.clusters[0].cluster['proxy-url'] = `socks5://127.0.0.1:${proxy.port}`;
    }),
  });
  expect((await reader.whoAmI()).user).toBe('admin');
  expect(proxy.asked).toEqual([`kube.example:${port}`]);
});

test('O22: an exec plug-in is asked once for many requests, and again when its token ends', async () => {
  const count = join(folder, 'exec-count');
  const plugin = join(folder, 'plugin');
  const token = await serviceAccountToken(sandbox);
  // The answer lives for two seconds; what it is told of the cluster is kept for the test.
  const script = `#!${process.execPath}
const fs = require('node:fs');
fs.appendFileSync(${JSON.stringify(count)}, process.env.KUBERNETES_EXEC_INFO + process.env.EXTRA + '\\n');
const expirationTimestamp = new Date(Date.now() + 2000).toISOString();
console.log(JSON.stringify({ apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential', status: { token: process.argv[2], expirationTimestamp } }));
`;
  writeFileSync(plugin, script);
  chmodSync(plugin, 0o700);
  const { reader } = await connectWith({
    kubeconfig: kubeconfig((config) => {
      config.users[0].user = {
        exec: {
          apiVersion: 'client.authentication.k8s.io/v1',
          // A path is taken from the kubeconfig's folder.
          command: './plugin',
          args: [token],
          env: [{ name: 'EXTRA', value: 'extra' }],
          interactiveMode: 'Never',
          provideClusterInfo: true,
        },
      };
    }),
  });
  const runs = () => readFileSync(count, 'utf8').trim().split('\n');
  const answers = await Promise.all(Array.from({ length: 8 }, async () => reader.whoAmI()));
  expect(new Set(answers.map((answer) => answer.user))).toEqual(new Set(['system:serviceaccount:default:robot']));
  expect(runs()).toHaveLength(1);
  expect(runs()[0]).toContain('extra');
  expect(runs()[0]).toContain(`"server":"${sandbox.server}"`);
  await new Promise((resolve) => setTimeout(resolve, 2_100));
  await reader.version();
  expect(runs()).toHaveLength(2);
});

test('a plug-in that fails is named, with the end of what it said', async () => {
  const failing = kubeconfig((config) => {
    config.users[0].user = {
      exec: {
        apiVersion: 'client.authentication.k8s.io/v1',
        command: process.execPath,
        args: ['-e', 'console.log("SECRET"); console.error("token has expired: log in"); process.exit(3)'],
        interactiveMode: 'Never',
      },
    };
  });
  const problem = await problemOf((await connectWith({ kubeconfig: failing })).reader.version());
  expect([problem.code, problem.exitCode]).toEqual(['CLUSTER_LOGIN_FAILED', 3]);
  expect(problem.message).toContain('it ended with 3: token has expired: log in');
  expect(problem.message).not.toContain('SECRET');
});

test('O22: token files and impersonation are honoured', async () => {
  writeFileSync(join(folder, 'token'), `${await serviceAccountToken(sandbox)}\n`, { mode: 0o600 });
  const byFile = await connectWith({
    kubeconfig: kubeconfig((config) => {
      config.users[0].user = { tokenFile: 'token', token: 'not this one' };
    }),
  });
  expect((await byFile.reader.whoAmI()).user).toBe('system:serviceaccount:default:robot');
  const asOther = await connectWith({
    kubeconfig: kubeconfig((config) => {
      Object.assign(config.users[0].user, { as: 'jane', 'as-groups': ['dev', 'ops'] });
    }),
  });
  expect(await asOther.reader.whoAmI()).toMatchObject({ user: 'jane', groups: ['dev', 'ops', 'system:authenticated'] });
});

test('O22: an unknown certificate is refused, unless the kubeconfig says otherwise, which is a warning', async () => {
  const unknown = kubeconfig(
    (config) =>
      delete config.clusters[0].cluster['certificate-authority-data'] &&
      delete config.clusters[0].cluster['certificate-authority'],
  );
  const problem = await problemOf((await connectWith({ kubeconfig: unknown })).reader.version());
  expect(problem.code).toBe('CLUSTER_UNREACHABLE');
  expect(problem.message).toMatch(/certificate/);
  const byFile = await connectWith({ kubeconfig: unknown, caFile: sandbox.caFile });
  expect(await byFile.reader.version()).toMatch(/^v1/);
  const byEnvironment = await connectWith({ kubeconfig: unknown, env: { NODE_EXTRA_CA_CERTS: sandbox.caFile } });
  expect(await byEnvironment.reader.version()).toMatch(/^v1/);
  const insecure = await connectWith({
    kubeconfig: kubeconfig((config) => {
      config.clusters[0].cluster = { server: sandbox.server, 'insecure-skip-tls-verify': true };
    }),
  });
  expect(await insecure.reader.version()).toMatch(/^v1/);
  expect(insecure.warnings[0]).toContain('insecure-skip-tls-verify');
});

test('several files of KUBECONFIG are merged, the first entry of a name wins', async () => {
  const first = kubeconfig((config) => {
    config['current-context'] = '';
    config.contexts[0].context['namespace'] = 'first';
  });
  const second = kubeconfig((config) => {
    config['current-context'] = sandbox.name;
    config.contexts[0].context['namespace'] = 'second';
    config.contexts.push({ name: 'eks-prod', context: { ...config.contexts[0].context } });
  });
  const env = { KUBECONFIG: [first, join(folder, 'absent'), second].join(delimiter) };
  const merged = await connectWith({ env });
  expect([merged.context, merged.namespace]).toEqual([sandbox.name, 'first']);
  expect((await connectWith({ env, context: 'eks-prod' })).namespace).toBe('second');
  expect((await connectWith({ env, context: 'eks-prod', namespace: 'mine' })).namespace).toBe('mine');
  const unknown = await problemOf(connectWith({ env, context: 'eks-prd' }));
  expect([unknown.code, unknown.exitCode]).toEqual(['CONTEXT_UNKNOWN', 2]);
  expect(unknown.advice).toEqual([
    'Did you mean eks-prod?',
    `Known contexts: ${['eks-prod', sandbox.name].toSorted().join(', ')}`,
  ]);
  expect((await problemOf(connectWith({ env: { HOME: folder } }))).code).toBe('NO_KUBECONFIG');
  expect((await problemOf(connectWith({ kubeconfig: join(folder, 'absent') }))).code).toBe('BAD_KUBECONFIG');
  writeFileSync(join(folder, 'broken'), 'users: [{token: "very-secret}]');
  const broken = await problemOf(connectWith({ kubeconfig: join(folder, 'broken') }));
  expect([broken.code, broken.exitCode, broken.message.includes('very-secret')]).toEqual(['BAD_KUBECONFIG', 2, false]);
});

test('C05: a server that is away is named, with what to do', async () => {
  const away = kubeconfig((config) => {
    config.clusters[0].cluster['server'] = 'https://127.0.0.1:1';
  });
  const { reader, writer } = await connectWith({ kubeconfig: away });
  const problem = await problemOf(reader.version());
  expect([problem.code, problem.exitCode, problem.touched]).toEqual(['CLUSTER_UNREACHABLE', 3, 'no']);
  expect(problem.message).toContain('https://127.0.0.1:1');
  const path = '/api/v1/namespaces/default/configmaps';
  const write = await problemOf(writer.create(path, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x' } }));
  expect([write.code, write.touched, writer.writes()]).toEqual(['CLUSTER_UNREACHABLE', 'no', 0]);
});

test('what the API server refuses to store is not repeated for Secrets', async () => {
  const { writer } = await connectWith({ kubeconfig: sandbox.kubeconfig });
  const secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'x' },
    data: { 'not a key!': 'dmVyeS1zZWNyZXQ=' },
  };
  const problem = await problemOf(writer.create('/api/v1/namespaces/default/secrets', secret));
  expect(problem.code).toBe('CLUSTER_REJECTED');
  expect(problem.message).toContain('Invalid value: ********');
  expect(JSON.stringify([problem.message, problem.details])).not.toContain('dmVyeS1zZWNyZXQ=');
});

test('a writer that is fenced writes nothing', async () => {
  const connection = await connectWith({ kubeconfig: sandbox.kubeconfig });
  const writer = connection.fencedWriter(async () => false);
  const path = '/api/v1/namespaces/default/configmaps';
  const problem = await problemOf(
    writer.create(path, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'fenced' } }),
  );
  expect([problem.code, writer.writes()]).toEqual(['LEASE_LOST', 0]);
  expect(await connection.reader.find(`${path}/fenced`)).toBeUndefined();
});
