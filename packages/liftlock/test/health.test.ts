import { afterEach, expect, test } from 'vitest';
import { systemClock } from '../src/main/clock.ts';
import type { KubeObject } from '../src/model/kube.ts';
import { defaultGraces } from '../src/model/platform.ts';
import { awaitHealthy } from '../src/run/await-healthy.ts';
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

async function health(shop: Shop, objects: readonly KubeObject[], timeoutSeconds: number, minReady: string) {
  return awaitHealthy({
    reader: shop.connection.reader,
    clock: systemClock,
    namespace: shop.namespace,
    release: 'shop',
    step: 'web/upgrade',
    objects,
    graces: { ...defaultGraces, minReady },
    baseline: [],
    timeoutSeconds,
    signal: new AbortController().signal,
  });
}

test('O16: one of one may be unavailable: helm says deployed, liftlock names the crashing pod', async () => {
  const shop = await opened();
  const image = uniqueImage();
  const lax = { strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1, maxSurge: 0 } } };
  await shop.upgrade([web('team/web:1', lax)], '60s');
  await shop.breaks({ kind: 'crash-loop', exitCode: 1, match: { image } });
  expect(await shop.upgrade([web(image, lax)], '60s')).toBe(0);
  const found = await health(shop, [web(image, lax)], 5, '1s');
  expect(found).toMatchObject({ healthy: false, faults: [{ code: 'CRASH_LOOP' }] });
});

test('O16: an OnDelete StatefulSet counts for helm at once; liftlock says which pod a person must delete', async () => {
  const shop = await opened();
  const spec = { updateStrategy: { type: 'OnDelete' } };
  await shop.upgrade([web('team/web:1', spec, 'StatefulSet')], '60s');
  expect(await shop.upgrade([web('team/web:2', spec, 'StatefulSet')], '60s')).toBe(0);
  const found = await health(shop, [], 3, '1s');
  expect(found).toMatchObject({
    healthy: false,
    waitingFor: [expect.stringMatching(/OnDelete: .*web-0/)],
    faults: [{ code: 'NOT_READY' }],
  });
  const waiting = health(shop, [], 60, '1s');
  await shop.sandbox.api.delete(`/api/v1/namespaces/${shop.namespace}/pods/web-0`);
  expect(await waiting).toEqual({ healthy: true });
});

test('O16: a pod that becomes ready and dies within minReady: helm says deployed, liftlock does not', async () => {
  const shop = await opened();
  await shop.breaks({ kind: 'dies-after', seconds: 3, match: { podNamePrefix: 'web', namespace: shop.namespace } });
  expect(await shop.upgrade([web('team/web:1')], '60s')).toBe(0);
  const found = await health(shop, [web('team/web:1')], 12, '10s');
  expect(found).toMatchObject({ healthy: false, waitingFor: [expect.stringContaining('0 of 1 pods are ready')] });
});

test('O16: healthy is all replicas, no old pod, and every workload of the manifest', async () => {
  const shop = await opened();
  const objects = [web('team/web:1', { replicas: 3 })];
  await shop.upgrade(objects);
  expect(await health(shop, objects, 60, '1s')).toEqual({ healthy: true });
  const absent = await health(shop, [...objects, web('x', {}, 'StatefulSet')], 2, '1s');
  expect(absent).toMatchObject({ healthy: false, waitingFor: ['StatefulSet web: it does not exist'] });
});
