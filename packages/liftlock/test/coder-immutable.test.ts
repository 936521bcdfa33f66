import { afterAll, beforeAll, expect, it } from 'vitest';
import { openCoder, planCoder, type CoderScene } from './support/coder.ts';
import { saidBy } from './support/happenings.ts';

let scene: CoderScene;
beforeAll(async () => {
  // A claim of the chart's own: replacing it would take its volume away, which the API server refuses.
  scene = await openCoder({ published: ['1.15.3', '1.16.1'], values: { cache: { enabled: true } } });
});
afterAll(() => scene.close());

async function uidOf(path: string): Promise<string> {
  const live = await scene.sandbox.api.get(path);
  return (live as unknown as { readonly metadata: { readonly uid: string } }).metadata.uid;
}

const core = () => `/api/v1/namespaces/${scene.namespace}`;

it('D10: --force is dropped by the plan where it is the cause, and the upgrade succeeds', async () => {
  const claim = await uidOf(`${core()}/persistentvolumeclaims/coder-cache`);
  const { plan, code } = await planCoder(scene, '--version', '1.16.1');
  expect(plan.decisions).toContainEqual(
    expect.objectContaining({ code: 'IMMUTABLE_FIELD', remedy: 'drop:coder:--force', how: 'default' }),
  );
  expect(plan.steps.find(({ kind }) => kind === 'helm-upgrade')?.command).not.toContain('--force');
  expect(code).toBe(0);
  const runbook = await scene.operator.run('runbook', '-f', scene.stage.siteFile, '--version', '1.16.1', '-o', 'sh');
  expect(runbook.stdout).not.toMatch(/^[^#]*--force/m);
  const outcome = await scene.operator.run(...scene.apply('1.16.1'));
  expect(outcome.code).toBe(0);
  expect((await scene.history()).at(-1)).toMatchObject({ status: 'deployed', chart: 'coder-1.16.1' });
  expect(await uidOf(`${core()}/persistentvolumeclaims/coder-cache`)).toBe(claim);
});

it('D10: an address that would be taken away is foreseen, and one named object is made anew', async () => {
  await scene.stage.publish('1.16.2', { values: { cemanager: { headless: true } } });
  const before = await uidOf(`${core()}/services/cemanager`);
  const other = await uidOf(`${core()}/services/dashboard`);
  const began = (await scene.writes()).length;
  const blocked = await scene.operator.run(...scene.apply('1.16.2'));
  expect(blocked.code).toBe(3);
  expect(saidBy(blocked)).toContain('IMMUTABLE_FIELD');
  expect(await scene.writes()).toHaveLength(began);
  const { plan } = await planCoder(scene, '--version', '1.16.2');
  const found = plan.forecast.findings.find(({ code }) => code === 'IMMUTABLE_FIELD');
  expect(found?.field).toMatch(/^spec\.clusterIPs?/);
  expect(found?.remedies.map(({ id }) => id)).toContain('recreate:service/cemanager');
  const done = await scene.operator.run(...scene.apply('1.16.2', '--allow', 'recreate:service/cemanager'));
  expect(done.code).toBe(0);
  expect(await uidOf(`${core()}/services/cemanager`)).not.toBe(before);
  expect(await uidOf(`${core()}/services/dashboard`)).toBe(other);
});

it('D10: a claim template that changes costs the StatefulSet alone, and neither claim nor volume', async () => {
  await scene.stage.publish('1.16.4', {
    values: { cemanager: { headless: true }, timescale: { storage: '20Gi' } },
  });
  const claimPath = `${core()}/persistentvolumeclaims/timescale-data-timescale-0`;
  const claim = await uidOf(claimPath);
  const blocked = await scene.operator.run(...scene.apply('1.16.4'));
  expect(blocked.code).toBe(3);
  expect(saidBy(blocked)).toContain('recreate:statefulset/timescale');
  const done = await scene.operator.run(...scene.apply('1.16.4', '--allow', 'recreate:statefulset/timescale'));
  expect(done.code).toBe(0);
  expect(await uidOf(claimPath)).toBe(claim);
});
