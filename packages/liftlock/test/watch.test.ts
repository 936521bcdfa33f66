import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Fault as SandboxFault, Sandbox } from '@liftlock/sandbox';
import { connectCluster, type ClusterConnection } from '../src/adapters/cluster/connect.ts';
import { systemClock } from '../src/main/clock.ts';
import type { Fault } from '../src/model/journal.ts';
import type { KubeObject } from '../src/model/kube.ts';
import { defaultGraces, type Graces } from '../src/model/platform.ts';
import type { Progress } from '../src/model/progress.ts';
import { compareHealth } from '../src/findings/compare-health.ts';
import { awaitHealthy } from '../src/run/await-healthy.ts';
import { readHealth } from '../src/run/health.ts';
import { watchRelease, type ReleaseWatch, type WatchParts } from '../src/run/watch-release.ts';
import { runHelm, writeChart } from './support/charts.ts';
import { sharedSandbox } from './support/stage.ts';

let sandbox: Sandbox;
let connection: ClusterConnection;
let folder: string;
const closing: (() => Promise<void>)[] = [];

beforeAll(async () => {
  sandbox = sharedSandbox();
  connection = await connectCluster({ kubeconfig: sandbox.kubeconfig, env: {} });
  folder = await mkdtemp(join(tmpdir(), 'liftlock-watch-'));
});

afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

afterAll(async () => {
  connection.close();
  await rm(folder, { recursive: true, force: true });
});

interface Scene {
  readonly namespace: string;
  /** Installs or upgrades the release `shop` with these objects; `--wait` where a timeout is given. */
  upgrade(objects: readonly KubeObject[], timeout?: string): Promise<number>;
  breaks(fault: SandboxFault): Promise<void>;
}

async function newScene(): Promise<Scene> {
  const namespace = `watch-${randomBytes(3).toString('hex')}`;
  await sandbox.api.create('/api/v1/namespaces', {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: namespace },
  });
  closing.push(async () => {
    await sandbox.api.delete(`/api/v1/namespaces/${namespace}`);
  });
  let version = 0;
  return {
    namespace,
    async upgrade(objects, timeout) {
      version += 1;
      const place = await mkdtemp(join(folder, 'chart-'));
      const templates = objects.map((object) => [`${object.kind}-${object.metadata.name}`, JSON.stringify(object)]);
      const chart = writeChart(place, `${version}.0.0`, Object.fromEntries(templates) as Record<string, string>);
      const wait = timeout === undefined ? [] : ['--wait', '--timeout', timeout];
      const result = await runHelm(sandbox.bin.helm3, folder, sandbox.kubeconfig, [
        'upgrade',
        '--install',
        'shop',
        chart,
        '-n',
        namespace,
        ...wait,
      ]);
      return result.code;
    },
    async breaks(fault) {
      const active = await sandbox.faults.set(fault);
      closing.push(() => active.clear());
    },
  };
}

function web(image: string, spec: Readonly<Record<string, unknown>> = {}, kind = 'Deployment'): KubeObject {
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata: { name: 'web' },
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: 'web' } },
      ...(kind === 'StatefulSet' ? { serviceName: 'web' } : {}),
      template: {
        metadata: { labels: { app: 'web' } },
        spec: { containers: [{ name: 'main', image }], terminationGracePeriodSeconds: 0 },
      },
      ...spec,
    },
  } as unknown as KubeObject;
}

interface Watched {
  readonly watch: ReleaseWatch;
  readonly told: readonly Fault[];
  readonly progress: readonly Progress[];
  readonly migrations: readonly string[];
  certain(): Promise<Fault>;
}

/** Takes the baseline and begins to watch, as before an upgrade. */
async function watch(
  scene: Scene,
  options: Partial<WatchParts> & { readonly grace?: Partial<Graces> } = {},
): Promise<Watched> {
  const { namespace } = scene;
  const ending = new AbortController();
  const told: Fault[] = [];
  const progress: Progress[] = [];
  const migrations: string[] = [];
  const watching = watchRelease({
    reader: connection.reader,
    clock: systemClock,
    namespace,
    release: 'shop',
    step: 'web/upgrade',
    graces: { ...defaultGraces, ...options.grace },
    baseline: await readHealth(connection.reader, namespace, []),
    timeoutSeconds: 60,
    onFault: (fault) => told.push(fault),
    onProgress: (state) => progress.push(state),
    onMigrationStarted: (note) => migrations.push(note),
    signal: ending.signal,
    ...options,
  });
  closing.push(async () => {
    ending.abort();
    await watching.done;
  });
  await watching.started;
  return {
    watch: watching,
    told,
    progress,
    migrations,
    certain: () => new Promise((resolve) => watching.onCertain(resolve)),
  };
}

async function health(scene: Scene, objects: readonly KubeObject[], timeoutSeconds: number, minReady: string) {
  return awaitHealthy({
    reader: connection.reader,
    clock: systemClock,
    namespace: scene.namespace,
    release: 'shop',
    step: 'web/upgrade',
    objects,
    graces: { ...defaultGraces, minReady },
    baseline: [],
    timeoutSeconds,
    signal: new AbortController().signal,
  });
}

async function until(isSo: () => boolean): Promise<void> {
  await expect.poll(isSo, { timeout: 60_000, interval: 50 }).toBe(true);
}

const unique = () => `team/web-${randomBytes(3).toString('hex')}`;

test('C31 O13: an image that the registry refuses is named while helm waits, and certain at the second refusal', async () => {
  const scene = await newScene();
  const image = `registry.example/${unique()}:2`;
  await scene.upgrade([web('registry.example/team/web:1')], '60s');
  await scene.breaks({ kind: 'image-pull', cause: 401, match: { image } });
  const watched = await watch(scene);
  await scene.upgrade([web(image)]);
  const certain = await watched.certain();
  await until(() => watched.told.length === 2);
  expect(watched.told.map((fault) => `${fault.code} ${fault.isCertain}`)).toEqual([
    'IMAGE_PULL_UNAUTHORIZED false',
    'IMAGE_PULL_UNAUTHORIZED true',
  ]);
  expect(certain).toMatchObject({ container: 'main', image, object: { kind: 'Pod', namespace: scene.namespace } });
  expect(certain.message).toMatch(/^registry\.example refuses .*401 Unauthorized$/);
  expect(watched.watch.waitingFor()).toEqual([expect.stringContaining('Deployment web: ')]);
  expect(watched.progress.at(-1)?.workloads).toMatchObject([{ kind: 'Deployment', name: 'web', desired: 1, ready: 0 }]);
});

test('O13: a registry that throttles has its grace, and is no fault once the image comes', async () => {
  const scene = await newScene();
  const image = unique();
  await scene.breaks({ kind: 'image-pull', cause: 429, mendsAfter: 4, match: { image } });
  const watched = await watch(scene);
  expect(await scene.upgrade([web(image)], '60s')).toBe(0);
  expect(watched.told.map((fault) => `${fault.code} ${fault.isCertain}`)).toEqual(['IMAGE_PULL_THROTTLED false']);
  await until(() => watched.watch.faults().length === 0);
  expect(watched.watch.waitingFor()).toEqual([]);
});

test('O13 O14: what was bad before the upgrade, and pods of the old revision, are not blamed on it', async () => {
  const scene = await newScene();
  const image = unique();
  await scene.breaks({ kind: 'crash-loop', exitCode: 1, match: { image } });
  await scene.upgrade([web(image)]);
  await until2(async () =>
    (await readHealth(connection.reader, scene.namespace, [])).some((item) => item.reason === 'CrashLoopBackOff'),
  );
  const before = await readHealth(connection.reader, scene.namespace, []);
  const watched = await watch(scene, { grace: { crashRestarts: 1 } });
  expect(await scene.upgrade([web('team/fine:2')], '60s')).toBe(0);
  expect(watched.told).toEqual([]);
  const verdicts = compareHealth(before, await readHealth(connection.reader, scene.namespace, []));
  expect(verdicts.map((verdict) => verdict.verdict)).not.toContain('new');
  expect(verdicts.map((verdict) => verdict.verdict)).toContain('mended');
});

async function until2(isSo: () => Promise<boolean>): Promise<void> {
  await expect.poll(isSo, { timeout: 60_000, interval: 100 }).toBe(true);
}

test('O13: a crash is named with its exit code and the last lines of its log, and certain after its restarts', async () => {
  const scene = await newScene();
  const image = unique();
  await scene.breaks({
    kind: 'crash-loop',
    exitCode: 3,
    log: ['connecting', 'no such table: users'],
    match: { image },
  });
  const watched = await watch(scene, { grace: { crashRestarts: 2 } });
  await scene.upgrade([web(image)]);
  const certain = await watched.certain();
  expect(certain.code).toBe('CRASH_LOOP');
  expect(certain.message).toContain('exit code 3');
  await until(() => watched.told.some((fault) => fault.isCertain));
  expect(watched.told[0]).toMatchObject({
    code: 'CRASH_LOOP',
    isCertain: false,
    lines: ['connecting', 'no such table: users'],
  });
});

test('O13: a pod that no node takes is named by the scheduler, and certain when its grace is over', async () => {
  const scene = await newScene();
  await scene.breaks({ kind: 'unschedulable', match: { podNamePrefix: 'web', namespace: scene.namespace } });
  const watched = await watch(scene, { grace: { unschedulable: '3s' } });
  await scene.upgrade([web('team/web:1')]);
  const certain = await watched.certain();
  expect(certain).toMatchObject({
    code: 'UNSCHEDULABLE',
    graceSeconds: 0,
    message: expect.stringContaining('nodes are available'),
  });
  expect(watched.told[0]).toMatchObject({ code: 'UNSCHEDULABLE', isCertain: false });
});

test('O13: pods that pod security refuses are named though none exists', async () => {
  const scene = await newScene();
  const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
  await sandbox.api.patch(`/api/v1/namespaces/${scene.namespace}`, { metadata: { labels } }, 'merge');
  const watched = await watch(scene, { grace: { missingReference: '1s' } });
  await scene.upgrade([web('team/web:1')]);
  expect(await watched.certain()).toMatchObject({
    code: 'PODS_NOT_CREATED',
    object: { kind: 'Deployment', name: 'web' },
    message: expect.stringContaining('PodSecurity'),
  });
});

test('O2: a running hook Job is known, and waited for; a failed one is named with its log', async () => {
  const scene = await newScene();
  const hook = (name: string, image: string): KubeObject =>
    ({
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name, annotations: { 'helm.sh/hook': 'pre-upgrade,pre-install' } },
      spec: {
        backoffLimit: 0,
        template: { spec: { restartPolicy: 'Never', containers: [{ name: 'migrate', image }] } },
      },
    }) as unknown as KubeObject;
  await scene.breaks({ kind: 'slow-job', seconds: 3, match: { podNamePrefix: 'migrate', namespace: scene.namespace } });
  const watched = await watch(scene);
  const upgrading = scene.upgrade([web('team/web:1'), hook('migrate', 'team/migrate:1')], '60s');
  await until(() => watched.watch.isMigrating());
  expect(watched.watch.runningHooks()).toMatchObject([{ kind: 'Job', name: 'migrate' }]);
  await watched.watch.migrationEnded();
  expect(await upgrading).toBe(0);
  await scene.breaks({
    kind: 'failed-job',
    log: ['migration 7 failed'],
    match: { podNamePrefix: 'broken', namespace: scene.namespace },
  });
  expect(await scene.upgrade([web('team/web:1'), hook('broken', 'team/migrate:2')], '60s')).not.toBe(0);
  await until(() => watched.told.some((fault) => fault.isCertain));
  expect(watched.told.at(-1)).toMatchObject({
    code: 'JOB_FAILED',
    object: { kind: 'Job', name: 'broken' },
    lines: ['migration 7 failed'],
  });
});

test('O2 O18: the start of a migrating container of the new revision is told once, and not for the old one', async () => {
  const scene = await newScene();
  await scene.upgrade([web('team/web:1')], '60s');
  const watched = await watch(scene, { migrates: { containers: ['main'], note: 'the schema' } });
  expect(watched.migrations).toEqual([]);
  await scene.upgrade([web('team/web:2')], '60s');
  await until(() => watched.migrations.length > 0);
  expect(watched.migrations).toEqual([expect.stringContaining('container main of Pod')]);
  await watched.watch.migrationEnded();
});

test('O16: one of one may be unavailable: helm says deployed, liftlock names the crashing pod', async () => {
  const scene = await newScene();
  const image = unique();
  const lax = { strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1, maxSurge: 0 } } };
  await scene.upgrade([web('team/web:1', lax)], '60s');
  await scene.breaks({ kind: 'crash-loop', exitCode: 1, match: { image } });
  expect(await scene.upgrade([web(image, lax)], '60s')).toBe(0);
  const found = await health(scene, [web(image, lax)], 5, '1s');
  expect(found).toMatchObject({ healthy: false, faults: [{ code: 'CRASH_LOOP' }] });
});

test('O16: an OnDelete StatefulSet counts for helm at once; liftlock says which pod a person must delete', async () => {
  const scene = await newScene();
  const spec = { updateStrategy: { type: 'OnDelete' } };
  await scene.upgrade([web('team/web:1', spec, 'StatefulSet')], '60s');
  expect(await scene.upgrade([web('team/web:2', spec, 'StatefulSet')], '60s')).toBe(0);
  const found = await health(scene, [], 3, '1s');
  expect(found).toMatchObject({
    healthy: false,
    waitingFor: [expect.stringMatching(/OnDelete: .*web-0/)],
    faults: [{ code: 'NOT_READY' }],
  });
  const waiting = health(scene, [], 60, '1s');
  await sandbox.api.delete(`/api/v1/namespaces/${scene.namespace}/pods/web-0`);
  expect(await waiting).toEqual({ healthy: true });
});

test('O16: a pod that becomes ready and dies within minReady: helm says deployed, liftlock does not', async () => {
  const scene = await newScene();
  await scene.breaks({ kind: 'dies-after', seconds: 3, match: { podNamePrefix: 'web', namespace: scene.namespace } });
  expect(await scene.upgrade([web('team/web:1')], '60s')).toBe(0);
  const found = await health(scene, [web('team/web:1')], 12, '10s');
  expect(found).toMatchObject({ healthy: false, waitingFor: [expect.stringContaining('0 of 1 pods are ready')] });
});

test('O16: healthy is all replicas, no old pod, and every workload of the manifest', async () => {
  const scene = await newScene();
  const objects = [web('team/web:1', { replicas: 3 })];
  await scene.upgrade(objects);
  expect(await health(scene, objects, 60, '1s')).toEqual({ healthy: true });
  const absent = await health(scene, [...objects, web('x', {}, 'StatefulSet')], 2, '1s');
  expect(absent).toMatchObject({ healthy: false, waitingFor: ['StatefulSet web: it does not exist'] });
});
