import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectCluster } from '../src/adapters/cluster/connect.ts';
import { makeGate } from '../src/adapters/gate/gate.ts';
import { twoVersions } from './support/charts.ts';
import { ask, openGateStage, type GateStage } from './support/gate-stage.ts';

let stage: GateStage;
beforeAll(async () => {
  stage = await openGateStage();
}, 1_800_000);
afterAll(async () => stage.close());

describe.each(['helm3', 'helm4'] as const)('with %s', (helm) => {
  const quick = helm === 'helm4' ? ['--wait=hookOnly'] : [];

  test('O8: an upgrade through the gate leaves what a direct one leaves, and every write is counted', async () => {
    const { first, second } = twoVersions(stage.newFolder());
    const [direct, gated] = [await stage.newNamespace(), await stage.newNamespace()];
    const session = await stage.gate.openRun(async () => true);
    const wait = helm === 'helm4' ? '--wait=legacy' : '--wait';
    for (const [namespace, kubeconfig] of [
      [direct, stage.sandbox.kubeconfig],
      [gated, session.kubeconfig],
    ] as const) {
      for (const chart of [first, second]) {
        const result = await stage.helm(helm, kubeconfig, [
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
      const config = await stage.connection.reader.list(`/api/v1/namespaces/${namespace}/configmaps`);
      const [web] = await stage.connection.reader.list(`/apis/apps/v1/namespaces/${namespace}/deployments`);
      const records = await stage.connection.reader.list(`/api/v1/namespaces/${namespace}/secrets`);
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
    expect(session.writes()).toBe((await stage.helmWrites(gated)).length);
    expect(session.writes()).toBeGreaterThan(8);
    await session.close();
  });

  test('O8: without the lease helm fails with the reason, and the audit log has no write', async () => {
    const { first, second } = twoVersions(stage.newFolder());
    const namespace = await stage.newNamespace();
    await stage.helm(helm, stage.sandbox.kubeconfig, ['install', 'demo', first, '-n', namespace, ...quick]);
    const before = await stage.stored(namespace);
    const already = (await stage.helmWrites(namespace)).length;
    const session = await stage.gate.openRun(async () => false);
    const result = await stage.helm(helm, session.kubeconfig, ['upgrade', 'demo', second, '-n', namespace, ...quick]);
    expect(result.code).not.toBe(0);
    expect(result.stderr).toContain('this run no longer holds the lease');
    expect(session.writes()).toBe(0);
    expect(await stage.helmWrites(namespace)).toHaveLength(already);
    expect(await stage.stored(namespace)).toEqual(before);
    await session.close();
  });

  test('O8: a lease that is lost in the middle stops the writes that follow', async () => {
    const { first } = twoVersions(stage.newFolder());
    const namespace = await stage.newNamespace();
    let asked = 0;
    const session = await stage.gate.openRun(async () => ++asked <= 2);
    const result = await stage.helm(helm, session.kubeconfig, ['install', 'demo', first, '-n', namespace, ...quick]);
    expect(result.code).not.toBe(0);
    expect(session.writes()).toBe(2);
    expect(await stage.helmWrites(namespace)).toHaveLength(2);
    await session.close();
  });

  test('O8: a helm whose gate is gone writes no more', async () => {
    const { first } = twoVersions(stage.newFolder());
    const namespace = await stage.newNamespace();
    const held = Promise.withResolvers<boolean>();
    const reached = Promise.withResolvers<void>();
    let asked = 0;
    const session = await stage.gate.openRun(async () => {
      asked += 1;
      if (asked === 1) return true;
      reached.resolve();
      return held.promise;
    });
    const args = ['install', 'demo', first, '-n', namespace, ...quick];
    const running = stage.helm(helm, session.kubeconfig, args);
    await reached.promise;
    await session.close();
    held.resolve(true);
    const result = await running;
    expect(result.code).not.toBe(0);
    expect(await stage.helmWrites(namespace)).toHaveLength(1);
  });

  test('an API server that is away makes helm fail with a sentence that says so', async () => {
    const config = join(stage.folder, 'away');
    const text = readFileSync(stage.sandbox.kubeconfig, 'utf8').replaceAll(
      /https:\/\/127\.0\.0\.1:\d+/g,
      'https://127.0.0.1:1',
    );
    writeFileSync(config, text, { mode: 0o600 });
    const away = await connectCluster({ kubeconfig: config, env: {} });
    const session = await makeGate(away, { folder: join(stage.folder, 'gate') }).openRun(async () => true);
    const result = await stage.helm(helm, session.kubeconfig, ['list', '-n', 'default']);
    expect(result.stderr).toContain('https://127.0.0.1:1 cannot be reached');
    await session.close();
    away.close();
  });
});

test('nobody gets in without the token or with another host, and the kubeconfig is private and goes at the end', async () => {
  const session = await stage.gate.openShadow();
  expect((await ask(session, { path: '/version' })).status).toBe(200);
  expect((await ask(session, { path: '/version' }, false)).status).toBe(401);
  expect((await ask(session, { path: '/version', headers: { host: 'evil.example' } })).status).toBe(401);
  expect((await ask(session, { path: '/version', headers: { authorization: 'Bearer wrong' } }, false)).status).toBe(
    401,
  );
  expect(statSync(session.kubeconfig).mode & 0o777).toBe(0o600);
  expect(statSync(dirname(session.kubeconfig)).mode & 0o777).toBe(0o700);
  await session.close();
  expect(readdirSync(join(stage.folder, 'gate'))).not.toContain(dirname(session.kubeconfig).split('/').at(-1));
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
  const [shadow, run] = [await stage.gate.openShadow(), await stage.gate.openRun(async () => true)];
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
