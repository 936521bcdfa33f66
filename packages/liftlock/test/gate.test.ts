import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { up, type AuditEntry, type Sandbox } from '@liftlock/sandbox';
import { connectCluster, type ClusterConnection } from '../src/adapters/cluster/connect.ts';
import { makeGate } from '../src/adapters/gate/gate.ts';
import type { GateSession, ShadowAnswer } from '../src/model/ports.ts';
import { serveFarApi } from './support/far-api.ts';
import { configMap, deployment, runHelm, service, writeChart } from './support/charts.ts';

let sandbox: Sandbox;
let folder: string;
let connection: ClusterConnection;
let namespaces = 0;

beforeAll(async () => {
  sandbox = await up();
  folder = mkdtempSync(join(tmpdir(), 'liftlock-gate-'));
  connection = await connectCluster({ kubeconfig: sandbox.kubeconfig, env: {} });
}, 1_800_000);

afterAll(async () => {
  connection.close();
  await sandbox.down();
  rmSync(folder, { recursive: true, force: true });
});

async function newNamespace(): Promise<string> {
  namespaces += 1;
  const name = `gate-${namespaces}`;
  await sandbox.api.create('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  return name;
}

function gate() {
  return makeGate(connection, { folder: join(folder, 'gate') });
}

const writeVerbs = new Set(['create', 'update', 'patch', 'delete', 'deletecollection']);

/** Every accepted write of any helm in a namespace. */
async function helmWrites(namespace: string): Promise<AuditEntry[]> {
  const entries = await sandbox.audit();
  return entries.filter(
    (entry) =>
      entry.namespace === namespace &&
      entry.userAgent.startsWith('Helm/') &&
      writeVerbs.has(entry.verb) &&
      !entry.dryRun &&
      (entry.code ?? 0) < 300,
  );
}

/** Everything that helm could have touched, as it is stored. */
async function stored(namespace: string): Promise<readonly string[]> {
  const paths = [
    'api/v1/namespaces/N/configmaps',
    'api/v1/namespaces/N/secrets',
    'api/v1/namespaces/N/services',
    'apis/apps/v1/namespaces/N/deployments',
  ];
  const lists = await Promise.all(
    paths.map(async (path) => connection.reader.list(`/${path.replace('N', namespace)}`)),
  );
  return lists
    .flat()
    .filter((object) => object.metadata.name !== 'kube-root-ca.crt')
    .map(
      (object) =>
        `${object.kind} ${object.metadata.name} ${object.metadata.uid} ${object.metadata.generation ?? object.metadata.resourceVersion}`,
    );
}

function answerTo(session: GateSession, method: string, end: string): ShadowAnswer {
  const found = session.answers().find((answer) => answer.method === method && answer.path.endsWith(end));
  return (
    found ??
    expect.fail(
      `no ${method} of ${end}: ${session
        .answers()
        .map((answer) => `${answer.method} ${answer.path}`)
        .join(', ')}`,
    )
  );
}

describe.each(['helm3', 'helm4'] as const)('with %s', (helm) => {
  const run = async (kubeconfig: string, args: readonly string[]) =>
    runHelm(sandbox.bin[helm], folder, kubeconfig, args);
  const quick = helm === 'helm4' ? ['--wait=hookOnly'] : [];

  function charts() {
    const place = mkdtempSync(join(folder, 'charts-'));
    const first = writeChart(place, '1.0.0', {
      kept: configMap('kept', { a: '1' }),
      dropped: configMap('dropped', { a: '1' }),
      web: deployment('web', 'example.com/web:1'),
      svc: service('web'),
    });
    const second = writeChart(place, '2.0.0', {
      kept: configMap('kept', { a: '2' }),
      added: configMap('added', { a: '1' }),
      web: deployment('web', 'example.com/web:2'),
      svc: service('web'),
    });
    return { first, second };
  }

  test('O8: an upgrade through the gate leaves what a direct one leaves, and every write is counted', async () => {
    const { first, second } = charts();
    const [direct, gated] = [await newNamespace(), await newNamespace()];
    const session = await gate().openRun(async () => true);
    const wait = helm === 'helm4' ? '--wait=legacy' : '--wait';
    for (const [namespace, kubeconfig] of [
      [direct, sandbox.kubeconfig],
      [gated, session.kubeconfig],
    ] as const) {
      for (const chart of [first, second]) {
        const result = await run(kubeconfig, [
          'upgrade',
          '--install',
          'demo',
          chart,
          '-n',
          namespace,
          wait,
          '--timeout',
          '120s',
        ]);
        expect(result.stderr).not.toContain('Error');
        expect(result.code).toBe(0);
      }
    }
    const essence = async (namespace: string) => {
      const config = await connection.reader.list(`/api/v1/namespaces/${namespace}/configmaps`);
      const [web] = await connection.reader.list(`/apis/apps/v1/namespaces/${namespace}/deployments`);
      const records = await connection.reader.list(`/api/v1/namespaces/${namespace}/secrets`);
      return JSON.parse(
        JSON.stringify({
          config: config
            .map((object) => [object.metadata.name, object.data])
            .filter(([name]) => name !== 'kube-root-ca.crt'),
          web: [web?.metadata.labels, web?.metadata.annotations, web?.spec],
          records: records.map((object) => [object.metadata.name, object.metadata.labels?.['status']]),
        }).replaceAll(namespace, 'NAMESPACE'),
      ) as unknown;
    };
    expect(await essence(gated)).toEqual(await essence(direct));
    expect(session.writes()).toBe((await helmWrites(gated)).length);
    expect(session.writes()).toBeGreaterThan(8);
    await session.close();
  });

  test('O8: without the lease helm fails with the reason, and the audit log has no write', async () => {
    const { first, second } = charts();
    const namespace = await newNamespace();
    await run(sandbox.kubeconfig, ['install', 'demo', first, '-n', namespace, ...quick]);
    const before = await stored(namespace);
    const already = (await helmWrites(namespace)).length;
    const session = await gate().openRun(async () => false);
    const result = await run(session.kubeconfig, ['upgrade', 'demo', second, '-n', namespace, ...quick]);
    expect(result.code).not.toBe(0);
    expect(result.stderr).toContain('this run no longer holds the lease');
    expect(session.writes()).toBe(0);
    expect(await helmWrites(namespace)).toHaveLength(already);
    expect(await stored(namespace)).toEqual(before);
    await session.close();
  });

  test('O8: a lease that is lost in the middle stops the writes that follow', async () => {
    const { first } = charts();
    const namespace = await newNamespace();
    let asked = 0;
    const session = await gate().openRun(async () => ++asked <= 2);
    const result = await run(session.kubeconfig, ['install', 'demo', first, '-n', namespace, ...quick]);
    expect(result.code).not.toBe(0);
    expect(session.writes()).toBe(2);
    expect(await helmWrites(namespace)).toHaveLength(2);
    await session.close();
  });

  test('a shadow lets install, upgrade, rollback and uninstall run, and nothing is written', async () => {
    const { first, second } = charts();
    const namespace = await newNamespace();
    for (const chart of [first, second]) {
      const done = await run(sandbox.kubeconfig, ['upgrade', '--install', 'demo', chart, '-n', namespace, ...quick]);
      expect(done.stderr).not.toContain('Error');
    }
    const before = await stored(namespace);
    const already = (await helmWrites(namespace)).length;

    const upgrade = await gate().openShadow();
    const upgraded = await run(upgrade.kubeconfig, [
      'upgrade',
      'demo',
      first,
      '-n',
      namespace,
      '--history-max',
      '1',
      '--no-hooks',
      ...quick,
    ]);
    expect(upgraded.stderr).not.toContain('Error');
    expect(upgraded.code).toBe(0);
    const kept = answerTo(upgrade, 'PATCH', '/configmaps/kept');
    expect([kept.before?.data, kept.after?.data]).toEqual([{ a: '2' }, { a: '1' }]);
    const web = answerTo(upgrade, 'PATCH', '/deployments/web');
    expect(JSON.stringify(web.before?.spec)).toContain('web:2');
    expect(JSON.stringify(web.after?.spec)).toContain('web:1');
    const added = answerTo(upgrade, 'DELETE', '/configmaps/added');
    expect([added.before?.metadata.name, added.after, added.status]).toEqual(['added', undefined, 200]);

    const rollback = await gate().openShadow();
    const rolled = await run(rollback.kubeconfig, ['rollback', 'demo', '1', '-n', namespace, '--no-hooks', ...quick]);
    expect(rolled.stderr).not.toContain('Error');
    expect(rolled.code).toBe(0);
    expect(answerTo(rollback, 'PATCH', '/configmaps/kept').after?.data).toEqual({ a: '1' });

    const install = await gate().openShadow();
    const installed = await run(install.kubeconfig, [
      'upgrade',
      '--install',
      'other',
      writeChart(mkdtempSync(join(folder, 'charts-')), '1.0.0', { other: configMap('other', { a: '1' }) }),
      '-n',
      namespace,
      '--no-hooks',
      ...quick,
    ]);
    expect(installed.stderr).not.toContain('Error');
    const created = install.answers().find((answer) => answer.after?.metadata.name === 'other');
    expect([created?.before, created?.after?.data]).toEqual([undefined, { a: '1' }]);
    const listed = await run(install.kubeconfig, ['list', '-n', namespace, '-q']);
    expect(listed.stdout.trim().split('\n').toSorted()).toEqual(['demo', 'other']);

    const uninstall = await gate().openShadow();
    const gone = await run(uninstall.kubeconfig, ['uninstall', 'demo', '-n', namespace, '--no-hooks']);
    expect(gone.stderr).not.toContain('Error');
    expect(answerTo(uninstall, 'DELETE', '/deployments/web').status).toBe(200);

    expect(await helmWrites(namespace)).toHaveLength(already);
    expect(await stored(namespace)).toEqual(before);
    for (const session of [upgrade, rollback, install, uninstall]) {
      expect(session.writes()).toBe(0);
      await session.close();
    }
  });

  test('a shadow collects every rejection of one upgrade, in the words of the API server', async () => {
    const place = mkdtempSync(join(folder, 'charts-'));
    const namespace = await newNamespace();
    const first = writeChart(place, '1.0.0', {
      fixed: configMap('fixed', { a: '1' }, true),
      web: deployment('web', 'example.com/web:1'),
      plain: configMap('plain', { a: '1' }),
    });
    const second = writeChart(place, '2.0.0', {
      fixed: configMap('fixed', { a: '2' }, true),
      web: deployment('web', 'example.com/web:1', 'other-label'),
      plain: configMap('plain', { a: '2' }),
      bad: service('bad', { ports: [{ port: 99_999 }] }),
    });
    const done = await run(sandbox.kubeconfig, ['install', 'demo', first, '-n', namespace, ...quick]);
    expect(done.stderr).not.toContain('Error');
    const session = await gate().openShadow();
    const result = await run(session.kubeconfig, ['upgrade', 'demo', second, '-n', namespace, '--no-hooks', ...quick]);
    expect(result.stderr).not.toContain('Error');
    const rejected = session.answers().filter((answer) => answer.status >= 400);
    expect(rejected.map((answer) => answer.path.split('/').at(-1)).toSorted()).toEqual(
      helm === 'helm3' ? ['fixed', 'services', 'web'] : ['bad', 'fixed', 'web'],
    );
    expect(answerTo(session, 'PATCH', '/configmaps/fixed').message).toContain(
      'field is immutable when `immutable` is set',
    );
    expect(answerTo(session, 'PATCH', '/deployments/web').message).toContain('spec.selector');
    expect(answerTo(session, 'PATCH', '/configmaps/plain').after?.data).toEqual({ a: '2' });
    await session.close();
  });

  test('an API server that is away makes helm fail with a sentence that says so', async () => {
    const config = join(folder, 'away');
    const text = readFileSync(sandbox.kubeconfig, 'utf8').replaceAll(
      /https:\/\/127\.0\.0\.1:\d+/g,
      'https://127.0.0.1:1',
    );
    writeFileSync(config, text, { mode: 0o600 });
    const away = await connectCluster({ kubeconfig: config, env: {} });
    const session = await makeGate(away, { folder: join(folder, 'gate') }).openRun(async () => true);
    const result = await run(session.kubeconfig, ['list', '-n', 'default']);
    expect(result.stderr).toContain('https://127.0.0.1:1 cannot be reached');
    await session.close();
    away.close();
  });
});

interface Asked {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

function addressOf(session: GateSession): URL {
  const config = JSON.parse(readFileSync(session.kubeconfig, 'utf8')) as {
    clusters: [{ cluster: { server: string } }];
  };
  return new URL(config.clusters[0].cluster.server);
}

/** A request as anything on this machine could send it. */
async function ask(session: GateSession, asked: Asked, withToken = true): Promise<{ status: number; text: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; text: string }>();
  const { hostname, port, username, password } = addressOf(session);
  const outgoing = httpRequest({
    host: hostname,
    port,
    path: asked.path,
    method: asked.method ?? 'GET',
    headers: {
      connection: 'close',
      ...(asked.body === undefined ? {} : { 'content-length': Buffer.byteLength(asked.body) }),
      ...asked.headers,
    },
    ...(withToken ? { auth: `${username}:${password}` } : {}),
  });
  outgoing.once('response', (answer) => {
    let text = '';
    answer.setEncoding('utf8').on('data', (part: string) => {
      text += part;
    });
    answer.once('end', () => resolve({ status: answer.statusCode ?? 0, text }));
  });
  outgoing.once('error', reject);
  outgoing.end(asked.body);
  return promise;
}

test('nobody gets in without the token or with another host, and the kubeconfig is private and goes at the end', async () => {
  const session = await gate().openShadow();
  expect((await ask(session, { path: '/version' })).status).toBe(200);
  expect((await ask(session, { path: '/version' }, false)).status).toBe(401);
  expect((await ask(session, { path: '/version', headers: { host: 'evil.example' } })).status).toBe(401);
  expect((await ask(session, { path: '/version', headers: { authorization: 'Bearer wrong' } }, false)).status).toBe(
    401,
  );
  expect(statSync(session.kubeconfig).mode & 0o777).toBe(0o600);
  expect(statSync(dirname(session.kubeconfig)).mode & 0o777).toBe(0o700);
  await session.close();
  expect(readdirSync(join(folder, 'gate'))).not.toContain(dirname(session.kubeconfig).split('/').at(-1));
});

test('ways into pods and ways around the rules are refused, in a shadow and in a run', async () => {
  const pod = '/api/v1/namespaces/default/pods/x';
  const everywhere = [
    `${pod}/exec`,
    `${pod}/%65xec`,
    `${pod}/attach`,
    `${pod}/portforward`,
    `${pod}/proxy/x`,
    '/api/v1/nodes/node-1/proxy/pods',
    `/api/v1//namespaces`,
    `/api/v1/namespaces/a%2Fb`,
  ];
  const [shadow, run] = [await gate().openShadow(), await gate().openRun(async () => true)];
  for (const session of [shadow, run]) {
    for (const path of everywhere) expect([path, (await ask(session, { path })).status]).toEqual([path, 403]);
  }
  for (const path of [
    `${pod}/eviction`,
    `${pod}/binding`,
    '/api/v1/namespaces/default/serviceaccounts/default/token',
    '/api/v1/namespaces/default/finalize',
    '/metrics',
  ]) {
    expect([path, (await ask(shadow, { method: 'POST', path, body: '{}' })).status]).toEqual([path, 403]);
  }
  // The operator's identity is not helm's to choose.
  const who = await ask(run, {
    method: 'POST',
    path: '/apis/authentication.k8s.io/v1/selfsubjectreviews',
    headers: { 'content-type': 'application/json', 'impersonate-user': 'mallory' },
    body: '{"apiVersion":"authentication.k8s.io/v1","kind":"SelfSubjectReview"}',
  });
  expect(who.text).toContain('"username":"admin"');
  expect(run.writes()).toBe(0);
  await shadow.close();
  await run.close();
});

test('a deletion in a shadow deletes nothing, whatever its body says', async () => {
  const namespace = await newNamespace();
  const path = `/api/v1/namespaces/${namespace}/configmaps`;
  const session = await gate().openShadow();
  const bodies = [
    undefined,
    '{"kind":"DeleteOptions","apiVersion":"v1","propagationPolicy":"Background"}',
    '{"kind":"DeleteOptions","apiVersion":"v1","dryRun":[]}',
    '{"kind":"DeleteOptions","apiVersion":"v1","gracePeriodSeconds":0}',
  ];
  for (const [index, body] of bodies.entries()) {
    await connection.writer.create(path, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: `c${index}` } });
    for (const target of [`${path}/c${index}`, path, `${path}/c${index}?dryRun=`]) {
      const headers = { 'content-type': 'application/json' };
      const answer = await ask(session, {
        method: 'DELETE',
        path: target,
        headers,
        ...(body === undefined ? {} : { body }),
      });
      expect(answer.status).toBe(200);
    }
    expect(await connection.reader.find(`${path}/c${index}`)).toBeDefined();
  }
  await session.close();
});

describe('an API that another program serves', () => {
  test.each(['helm3', 'helm4'] as const)(
    'O7: is never sent a write by a shadow of %s, and is named as unforeseen',
    async (helm) => {
      const namespace = await newNamespace();
      const far = await serveFarApi(sandbox, namespace);
      const thing = JSON.stringify({ apiVersion: 'far.example/v1', kind: 'Thing', metadata: { name: 'thing' } });
      const chart = writeChart(mkdtempSync(join(folder, 'charts-')), '1.0.0', {
        thing,
        plain: configMap('plain', { a: '1' }),
      });
      const session = await gate().openShadow();
      const quick = helm === 'helm4' ? ['--wait=hookOnly'] : [];
      const args = [
        'upgrade',
        '--install',
        'demo',
        chart,
        '-n',
        namespace,
        '--no-hooks',
        '--disable-openapi-validation',
        ...quick,
      ];
      const result = await runHelm(sandbox.bin[helm], folder, session.kubeconfig, args);
      expect(result.stderr).not.toContain('Error');
      expect(far.stored()).toBe(0);
      const unforeseen = session.answers().filter((answer) => answer.unforeseen !== undefined);
      expect(unforeseen.map((answer) => answer.path.includes('/far.example/v1/'))).toEqual([true]);
      expect(unforeseen[0]?.unforeseen).toContain(`the Service ${namespace}/far`);
      expect(session.answers().some((answer) => answer.after?.metadata.name === 'plain')).toBe(true);
      await session.close();
      await far.close();
    },
  );
});
