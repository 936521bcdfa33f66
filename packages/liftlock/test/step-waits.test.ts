import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { textAt } from '../src/findings/faults/read.ts';
import type { KubeObject } from '../src/model/kube.ts';
import type { Step } from '../src/model/step.ts';
import { applyCrdsStep } from '../src/plan/steps/apply-crds.ts';
import { awaitConditionStep } from '../src/plan/steps/await-condition.ts';
import { compareClaimsStep } from '../src/plan/steps/compare-claims.ts';
import { runJobStep } from '../src/plan/steps/run-job.ts';
import { runHelm } from './support/charts.ts';
import { uniqueImage, type Shop } from './support/shop.ts';
import { runJob } from '../src/run/steps/run-job.ts';
import { openStepRun } from './support/step-run.ts';
import { create, doesNothingAgain, openStepShop, until } from './support/step-shop.ts';

const shops: Shop[] = [];
afterEach(async () => {
  for (const shop of shops.splice(0)) await shop.close();
});

const opened = () => openStepShop((shop) => shops.push(shop));

test('O2: a Job of a run is found again by its name, never made twice while it runs, and its last lines are named', async () => {
  const shop = await opened();
  const { namespace } = shop;
  const image = uniqueImage();
  const jobs = `/apis/batch/v1/namespaces/${namespace}/jobs`;
  const secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'db' },
    stringData: { password: 'hunter2-hunter2' },
  };
  await create(shop, `/api/v1/namespaces/${namespace}/secrets`, secret);
  const env = [{ name: 'DB', valueFrom: { secretKeyRef: { name: 'db', key: 'password' } } }];
  const step = (name: string, timeoutSeconds: number) =>
    runJobStep({
      id: `shop/m/${name}`,
      title: 'Migrate',
      namespace,
      timeoutSeconds,
      job: {
        apiVersion: 'batch/v1',
        kind: 'Job',
        metadata: { name },
        spec: {
          backoffLimit: 0,
          ttlSecondsAfterFinished: 1,
          template: { spec: { restartPolicy: 'Never', containers: [{ name: 'main', image, env }] } },
        },
      },
    });
  const slow = await shop.sandbox.faults.set({ kind: 'slow-job', seconds: 6, match: { image } });
  const moving = await openStepRun(shop, [step('move', 1)]);
  expect(await moving.run()).toMatchObject({ status: 'stopped' });
  expect(moving.state('shop/m/move').problem).toMatchObject({ code: 'JOB_RUNS' });
  const [running] = await shop.connection.reader.list(jobs);
  // A run that was begun anew in place of this one waits for it as well.
  const elsewhere = { ...moving.world, folder: { ...moving.world.folder, path: '/runs/20261121-000001-dcba' } };
  expect(await runJob.observe({ ...step('move', 1), kind: 'run-job' }, elsewhere, moving.state('shop/m/move'))).toEqual(
    { observation: 'busy', note: `Job ${running?.metadata.name ?? ''} of another run still runs` },
  );
  // The next look finds the same Job, and waits for it.
  for (let tries = 0; tries < 10; tries += 1) if ((await moving.resume()).status === 'finished') break;
  expect(moving.state('shop/m/move')).toMatchObject({ phase: 'settled', writes: 1 });
  expect((await shop.connection.reader.list(jobs)).map(({ metadata }) => metadata.uid)).toEqual([
    running?.metadata.uid,
  ]);
  await doesNothingAgain(moving, ['shop/m/move']);
  await slow.clear();

  const broken = await shop.sandbox.faults.set({
    kind: 'failed-job',
    log: ['connecting with hunter2-hunter2', 'relation "users" does not exist'],
    match: { image },
  });
  const failing = await openStepRun(shop, [step('fail', 30)]);
  expect(await failing.run()).toMatchObject({ status: 'stopped' });
  const { problem } = failing.state('shop/m/fail');
  expect(problem).toMatchObject({ code: 'JOB_FAILED' });
  expect(problem?.message).toContain('relation "users" does not exist');
  expect(failing.words()).not.toContain('hunter2-hunter2');
  await broken.clear();
  expect(await failing.resume()).toMatchObject({ status: 'finished' });
});

test('O26: CRDs come from the chart and its subcharts, keep what stores objects, and are not applied twice', async () => {
  const shop = await opened();
  const group = `g${randomBytes(4).toString('hex')}.example.com`;
  const names = [`boats.${group}`, `locks.${group}`];
  const collection = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
  for (const name of names)
    shop.onClose(() =>
      shop.sandbox.api.delete(`${collection}/${name}`).then(
        () => undefined,
        () => undefined,
      ),
    );
  const pack = async (version: string, boats: readonly string[]) => {
    const chart = join(shop.folder, version, 'demo');
    const files = {
      'Chart.yaml': `apiVersion: v2\nname: demo\nversion: ${version}\n`,
      'crds/boats.yaml': JSON.stringify(crd(group, 'Boat', boats)),
      'charts/inner/Chart.yaml': 'apiVersion: v2\nname: inner\nversion: 1.0.0\n',
      'charts/inner/crds/locks.yaml': JSON.stringify(crd(group, 'Lock', ['v1'])),
    };
    for (const [name, text] of Object.entries(files)) {
      await mkdir(dirname(join(chart, name)), { recursive: true });
      await writeFile(join(chart, name), text);
    }
    const { helm3 } = shop.sandbox.bin;
    await runHelm(helm3, shop.folder, shop.sandbox.kubeconfig, ['package', chart, '--destination', shop.folder]);
    return join(shop.folder, `demo-${version}.tgz`);
  };
  const step = applyCrdsStep({
    id: 'shop/m/crds',
    title: 'CRDs',
    component: 'shop',
    chart: { reference: 'r', source: 'r', name: 'demo', version: '1.0.0', digest: 'sha256:0' },
    names,
  });
  const first = await openStepRun(shop, [step], { chart: await pack('1.0.0', ['v1']) });
  expect(await first.run()).toMatchObject({ status: 'finished' });
  expect(first.state(step.id).writes).toBe(2);
  await doesNothingAgain(first, [step.id]);
  const boats = `/apis/${group}/v1/namespaces/${shop.namespace}/boats`;
  await create(shop, boats, { apiVersion: `${group}/v1`, kind: 'Boat', metadata: { name: 'ada' } });

  const second = await openStepRun(shop, [step], { chart: await pack('2.0.0', ['v1', 'v2']) });
  expect(await second.run()).toMatchObject({ status: 'finished' });
  expect(second.state(step.id).writes).toBe(1);
  const third = await openStepRun(shop, [step], { chart: await pack('3.0.0', ['v2']) });
  expect(await third.run()).toMatchObject({ status: 'stopped' });
  expect(third.state(step.id)).toMatchObject({ writes: 0, problem: { code: 'CRD_VERSION_STORED' } });
  expect(await shop.connection.reader.get(`${boats}/ada`)).toMatchObject({ kind: 'Boat' });

  // A program that looks after the definition itself has the last word.
  const [boatsName = ''] = names;
  await shop.connection.request({
    method: 'PATCH',
    path: `${collection}/${boatsName}?fieldManager=boat-operator`,
    headers: { 'content-type': 'application/merge-patch+json' },
    body: JSON.stringify({ spec: { versions: versionsOf(['v1', 'v2', 'v9']) } }),
    timeoutMs: 10_000,
  });
  const fourth = await openStepRun(shop, [step], { chart: await pack('4.0.0', ['v1', 'v2', 'v3']) });
  expect(await fourth.run()).toMatchObject({ status: 'stopped' });
  expect(fourth.state(step.id)).toMatchObject({ writes: 0, problem: { code: 'CRD_HELD' } });
  expect(fourth.state(step.id).problem?.message).toContain('boat-operator');
});

test('a wait tells what it sees, soaks, and reads objects and pages', async () => {
  const shop = await opened();
  const { namespace } = shop;
  let status = 503;
  const server = createServer((_request, response) => response.writeHead(status).end('{"state":"done"}'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  shop.onClose(() => new Promise((resolve) => server.close(() => resolve())));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const maps = `/api/v1/namespaces/${namespace}/configmaps`;
  const map = (name: string, state: string): KubeObject => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, labels: { part: 'job' } },
    data: { state },
  });
  await create(shop, maps, map('a', 'done'));
  await create(shop, maps, map('b', 'busy'));
  const objects = awaitConditionStep({
    id: 'shop/m/objects',
    title: 'All done',
    objects: { apiVersion: 'v1', kind: 'ConfigMap', labelSelector: 'part=job' },
    until: 'objects.all(item, item.data.state == "done")',
    timeoutSeconds: 60,
    minimumSeconds: 1,
  });
  const page = awaitConditionStep({
    id: 'shop/m/page',
    title: 'Page',
    url,
    until: 'response.status == 200 && response.body.contains("done")',
    timeoutSeconds: 60,
    minimumSeconds: 0,
  });
  const run = await openStepRun(shop, [objects, page]);
  const ended = run.run();
  await until(() => run.words().includes('1 of 2 (ConfigMap)'));
  await shop.connection.writer.patch(`${maps}/b`, { data: { state: 'done' } });
  await until(() => run.words().includes('answers 503'));
  status = 200;
  expect(await ended).toMatchObject({ status: 'finished' });
  expect(run.state(objects.id)).toMatchObject({ note: '2 of 2 (ConfigMap), for 1 s', writes: 0 });
  await doesNothingAgain(run, [objects.id, page.id]);
});

test('R10 R12: claims are compared: the same UID and volume, Bound, and no other', async () => {
  const shop = await opened();
  const { namespace } = shop;
  const claims = `/api/v1/namespaces/${namespace}/persistentvolumeclaims`;
  const node = (await shop.connection.reader.list('/api/v1/nodes'))[0]?.metadata.name ?? '';
  const claim = (name: string): KubeObject => ({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    // As the scheduler does for a pod: only then a volume is made.
    metadata: { name, annotations: { 'volume.kubernetes.io/selected-node': node } },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
  });
  await create(shop, claims, claim('data'));
  await until(async () => (await shop.connection.reader.get(`${claims}/data`)).status?.['phase'] === 'Bound');
  const live = await shop.connection.reader.get(`${claims}/data`);
  const facts = { id: 'shop/m/claims', title: 'Claims', namespace, known: ['data'] };
  const one = { name: 'data', uid: live.metadata.uid ?? '', volume: textAt(live.spec, 'volumeName') };
  const step = compareClaimsStep({ ...facts, claims: [one] });
  const run = await openStepRun(shop, [step]);
  expect(await run.run()).toMatchObject({ status: 'finished' });
  expect(run.state(step.id)).toMatchObject({ note: expect.stringContaining(`data on ${one.volume}; no other claim`) });
  await doesNothingAgain(run, [step.id]);
  const codeOf = async (steps: readonly Step[], decisions: readonly string[] = []) => {
    const other = await openStepRun(shop, steps, { decisions });
    await other.run();
    return other.state(step.id).problem?.code;
  };
  expect(await codeOf([compareClaimsStep({ ...facts, claims: [{ ...one, uid: 'another' }] })])).toBe('CLAIMS_DIFFER');
  expect(await codeOf([compareClaimsStep({ ...facts, claims: [{ ...one, volume: 'another' }] })])).toBe(
    'CLAIMS_DIFFER',
  );
  expect(await codeOf([compareClaimsStep({ ...facts, claims: [{ ...one, name: 'gone' }] })])).toBe('CLAIMS_DIFFER');
  await create(shop, claims, claim('fresh'));
  expect(await codeOf([step])).toBe('CLAIM_UNEXPECTED');
  expect(await codeOf([step], ['new:pvc/fresh'])).toBeUndefined();
});

function crd(group: string, kind: string, versions: readonly string[]): object {
  const plural = `${kind.toLowerCase()}s`;
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { plural, singular: kind.toLowerCase(), kind, listKind: `${kind}List` },
      versions: versionsOf(versions),
    },
  };
}

function versionsOf(names: readonly string[]): readonly object[] {
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
  return names.map((name, index) => ({ name, served: true, storage: index === 0, schema }));
}
