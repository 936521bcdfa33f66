import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ActiveFault } from '@liftlock/sandbox';
import { saidBy } from './support/happenings.ts';
import { openRunai, type RunaiData, type RunaiScene } from './support/runai.ts';

let scene: RunaiScene;
let before: RunaiData;
let fault: ActiveFault;

beforeAll(async () => {
  scene = await openRunai({ version: '2.9.6', published: ['2.19.11'] });
  before = await scene.data();
  // A service that only the new chart has.
  const match = { label: { key: 'app', value: 'tenants-manager' }, namespace: scene.namespace };
  fault = await scene.sandbox.faults.set({ kind: 'image-pull', cause: 404, match });
});
afterAll(async () => {
  await fault.clear();
  await scene.close();
});

it('O12, R12: after an upgrade from 2.9 that failed it is still 2.9, and the claims are kept again', async () => {
  const failed = await scene.apply('2.19.11');
  expect(saidBy(failed)).toContain('IMAGE_NOT_FOUND');
  expect(failed.code).toBe(5);
  expect(await scene.history()).toEqual(['1 deployed runai-backend-2.9.6', '2 failed control-plane-2.19.11']);
  expect(await scene.data()).toEqual(before);
  const { plan } = await scene.plan('2.19.11', '--no-forecast');
  expect(plan.route.map(({ from, to }) => `${from} ${to}`)).toEqual(['2.9.6 2.19.11']);
  expect(plan.components[0]).toMatchObject({ installed: { version: '2.9.6' }, partlyAt: { version: '2.19.11' } });
  expect(plan.steps.map(({ id }) => id)).toEqual(
    expect.arrayContaining([
      'control-plane/claims/keep/pvc-thanos-receive',
      'control-plane/claims/keep/pvc-postgresql',
      'control-plane/claims/keep/compare',
    ]),
  );
});

it('O12: resume goes on where it was once the cause is gone, and the data is the same', async () => {
  await fault.clear();
  const resumed = await scene.operator.run('resume', '--yes');
  expect(saidBy(resumed)).toContain('✓ Run:ai 2.9.6 → 2.19.11');
  expect(resumed.code).toBe(0);
  expect((await scene.history()).at(-1)).toMatch(/^\d deployed control-plane-2\.19\.11$/);
  expect(await scene.data()).toEqual(before);
});
