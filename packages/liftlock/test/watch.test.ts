import { afterEach, expect, test } from 'vitest';
import { compareHealth } from '../src/findings/compare-health.ts';
import { systemClock } from '../src/main/clock.ts';
import type { Fault } from '../src/model/journal.ts';
import type { KubeObject } from '../src/model/kube.ts';
import { defaultGraces, type Graces } from '../src/model/platform.ts';
import type { Progress } from '../src/model/progress.ts';
import { readHealth } from '../src/run/health.ts';
import { watchRelease, type ReleaseWatch, type WatchParts } from '../src/run/watch-release.ts';
import { openShop, uniqueImage, web, type Shop } from './support/shop.ts';

const shops: Shop[] = [];
afterEach(async () => {
  for (const shop of shops.splice(0)) await shop.close();
});

async function opened(): Promise<Shop> {
  const shop = await openShop();
  shops.push(shop);
  return shop;
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
  shop: Shop,
  options: Partial<WatchParts> & { readonly grace?: Partial<Graces> } = {},
): Promise<Watched> {
  const { namespace } = shop;
  const ending = new AbortController();
  const told: Fault[] = [];
  const progress: Progress[] = [];
  const migrations: string[] = [];
  const watching = watchRelease({
    reader: shop.connection.reader,
    clock: systemClock,
    namespace,
    release: 'shop',
    step: 'web/upgrade',
    graces: { ...defaultGraces, ...options.grace },
    baseline: await readHealth(shop.connection.reader, namespace, []),
    timeoutSeconds: 60,
    onFault: (fault) => told.push(fault),
    onProgress: (state) => progress.push(state),
    onMigrationStarted: (note) => migrations.push(note),
    signal: ending.signal,
    ...options,
  });
  shop.onClose(async () => {
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

async function until(isSo: () => boolean): Promise<void> {
  await expect.poll(isSo, { timeout: 60_000, interval: 50 }).toBe(true);
}

test('C31 O13: an image that the registry refuses is named while helm waits, and certain at the second refusal', async () => {
  const shop = await opened();
  const image = `registry.example/${uniqueImage()}:2`;
  await shop.upgrade([web('registry.example/team/web:1')], '60s');
  await shop.breaks({ kind: 'image-pull', cause: 401, match: { image } });
  const watched = await watch(shop);
  await shop.upgrade([web(image)]);
  const certain = await watched.certain();
  await until(() => watched.told.length === 2);
  expect(watched.told.map((fault) => `${fault.code} ${fault.isCertain}`)).toEqual([
    'IMAGE_PULL_UNAUTHORIZED false',
    'IMAGE_PULL_UNAUTHORIZED true',
  ]);
  expect(certain).toMatchObject({ container: 'main', image, object: { kind: 'Pod', namespace: shop.namespace } });
  expect(certain.message).toMatch(/^registry\.example refuses .*401 Unauthorized$/);
  expect(watched.watch.waitingFor()).toEqual([expect.stringContaining('Deployment web: ')]);
  expect(watched.progress.at(-1)?.workloads).toMatchObject([{ kind: 'Deployment', name: 'web', desired: 1, ready: 0 }]);
});

test('O13: a registry that throttles has its grace, and is no fault once the image comes', async () => {
  const shop = await opened();
  const image = uniqueImage();
  await shop.breaks({ kind: 'image-pull', cause: 429, mendsAfter: 4, match: { image } });
  const watched = await watch(shop);
  expect(await shop.upgrade([web(image)], '60s')).toBe(0);
  expect(watched.told.map((fault) => `${fault.code} ${fault.isCertain}`)).toEqual(['IMAGE_PULL_THROTTLED false']);
  await until(() => watched.watch.faults().length === 0);
  expect(watched.watch.waitingFor()).toEqual([]);
});

test('O13 O14: what was bad before the upgrade, and pods of the old revision, are not blamed on it', async () => {
  const shop = await opened();
  const image = uniqueImage();
  await shop.breaks({ kind: 'crash-loop', exitCode: 1, match: { image } });
  await shop.upgrade([web(image)]);
  await untilTrue(async () =>
    (await readHealth(shop.connection.reader, shop.namespace, [])).some((item) => item.reason === 'CrashLoopBackOff'),
  );
  const before = await readHealth(shop.connection.reader, shop.namespace, []);
  const watched = await watch(shop, { grace: { crashRestarts: 1 } });
  expect(await shop.upgrade([web('team/fine:2')], '60s')).toBe(0);
  expect(watched.told).toEqual([]);
  const verdicts = compareHealth(before, await readHealth(shop.connection.reader, shop.namespace, []));
  expect(verdicts.map((verdict) => verdict.verdict)).not.toContain('new');
  expect(verdicts.map((verdict) => verdict.verdict)).toContain('mended');
});

async function untilTrue(isSo: () => Promise<boolean>): Promise<void> {
  await expect.poll(isSo, { timeout: 60_000, interval: 100 }).toBe(true);
}

test('O13: a crash is named with its exit code and the last lines of its log, and certain after its restarts', async () => {
  const shop = await opened();
  const image = uniqueImage();
  await shop.breaks({
    kind: 'crash-loop',
    exitCode: 3,
    log: ['connecting', 'no such table: users'],
    match: { image },
  });
  const watched = await watch(shop, { grace: { crashRestarts: 2 } });
  await shop.upgrade([web(image)]);
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
  const shop = await opened();
  await shop.breaks({ kind: 'unschedulable', match: { podNamePrefix: 'web', namespace: shop.namespace } });
  const watched = await watch(shop, { grace: { unschedulable: '3s' } });
  await shop.upgrade([web('team/web:1')]);
  const certain = await watched.certain();
  expect(certain).toMatchObject({
    code: 'UNSCHEDULABLE',
    graceSeconds: 0,
    message: expect.stringContaining('nodes are available'),
  });
  expect(watched.told[0]).toMatchObject({ code: 'UNSCHEDULABLE', isCertain: false });
});

test('O13: pods that pod security refuses are named though none exists', async () => {
  const shop = await opened();
  const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
  await shop.sandbox.api.patch(`/api/v1/namespaces/${shop.namespace}`, { metadata: { labels } }, 'merge');
  const watched = await watch(shop, { grace: { missingReference: '1s' } });
  await shop.upgrade([web('team/web:1')]);
  expect(await watched.certain()).toMatchObject({
    code: 'PODS_NOT_CREATED',
    object: { kind: 'Deployment', name: 'web' },
    message: expect.stringContaining('PodSecurity'),
  });
});

test('O2: a running hook Job is known, and waited for; a failed one is named with its log', async () => {
  const shop = await opened();
  const hook = (name: string, image: string): KubeObject => ({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, annotations: { 'helm.sh/hook': 'pre-upgrade,pre-install' } },
    spec: {
      backoffLimit: 0,
      template: { spec: { restartPolicy: 'Never', containers: [{ name: 'migrate', image }] } },
    },
  });
  await shop.breaks({ kind: 'slow-job', seconds: 3, match: { podNamePrefix: 'migrate', namespace: shop.namespace } });
  const watched = await watch(shop);
  const upgrading = shop.upgrade([web('team/web:1'), hook('migrate', 'team/migrate:1')], '60s');
  await until(() => watched.watch.isMigrating());
  await watched.watch.migrationEnded();
  expect(await upgrading).toBe(0);
  await shop.breaks({
    kind: 'failed-job',
    log: ['migration 7 failed'],
    match: { podNamePrefix: 'broken', namespace: shop.namespace },
  });
  expect(await shop.upgrade([web('team/web:1'), hook('broken', 'team/migrate:2')], '60s')).not.toBe(0);
  await until(() => watched.told.some((fault) => fault.isCertain));
  expect(watched.told.at(-1)).toMatchObject({
    code: 'JOB_FAILED',
    object: { kind: 'Job', name: 'broken' },
    lines: ['migration 7 failed'],
  });
});

test('O2 O18: the start of a migrating container of the new revision is told once, and not for the old one', async () => {
  const shop = await opened();
  await shop.upgrade([web('team/web:1')], '60s');
  const watched = await watch(shop, { migrates: { containers: ['main'], note: 'the schema' } });
  expect(watched.migrations).toEqual([]);
  await shop.upgrade([web('team/web:2')], '60s');
  await until(() => watched.migrations.length > 0);
  expect(watched.migrations).toEqual([expect.stringContaining('container main of Pod')]);
  await watched.watch.migrationEnded();
});
