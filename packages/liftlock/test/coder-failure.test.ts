import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ActiveFault } from '@liftlock/sandbox';
import { coderJournal, openCoder, planCoder, type CoderScene } from './support/coder.ts';
import { saidBy } from './support/happenings.ts';

let scene: CoderScene;
let fault: ActiveFault | undefined;
beforeEach(() => {
  fault = undefined;
});
afterEach(async () => {
  await fault?.clear();
  await scene.close();
});

/**
 * 1.16.1 with an image of its own for one Deployment, so that a fault meets its new pods alone: those of the way back are new
 * as well, and a StatefulSet would keep its broken pod, whatever helm goes back to.
 */
async function openBreakable(): Promise<{ readonly image: string }> {
  scene = await openCoder({ published: ['1.15.3'] });
  const image = `registry.k8s.io/e2e-test-images/agnhost:2.16-${randomBytes(3).toString('hex')}`;
  await scene.stage.publish('1.16.1', { values: { cemanager: { image } } });
  return { image };
}

async function imageOf(name: string): Promise<string | undefined> {
  const path = `/apis/apps/v1/namespaces/${scene.namespace}/deployments/${name}`;
  const live = (await scene.sandbox.api.get(path)) as unknown as {
    readonly spec: {
      readonly template: { readonly spec: { readonly containers: readonly { readonly image: string }[] } };
    };
  };
  return live.spec.template.spec.containers[0]?.image;
}

async function historyText(): Promise<readonly string[]> {
  return (await scene.history()).map(({ revision, status, chart }) => `${revision} ${status} ${chart}`);
}

describe('a failed upgrade', () => {
  it('O3, D07: goes back by a step of its own, after the evidence, and goes forward when the cause is gone', async () => {
    const match = await openBreakable();
    fault = await scene.sandbox.faults.set({
      kind: 'image-pull',
      cause: 404,
      match,
    });
    const failed = await scene.operator.run(...scene.apply('1.16.1'));
    expect(failed.code).toBe(5);
    expect(await historyText()).toEqual([
      '1 superseded coder-1.15.3',
      '2 failed coder-1.16.1',
      '3 deployed coder-1.15.3',
    ]);
    expect((await scene.history())[2]?.description).toBe('Rollback to 1');
    expect(await imageOf('cemanager')).toMatch(/:2\.15$/);
    const entries = await coderJournal(scene);
    const at = (test: (entry: (typeof entries)[number]) => boolean) => entries.findIndex(test);
    const evidence = at(({ type }) => type === 'evidence');
    const back = at((entry) => entry.type === 'act-started' && entry.step === 'coder/rollback-on-failure');
    expect(evidence).toBeGreaterThan(at((entry) => entry.type === 'act-ended' && entry.step === 'coder/upgrade'));
    expect(back).toBeGreaterThan(evidence);
    expect(entries.filter(({ type }) => type === 'evidence')).toHaveLength(1);
    expect(entries.at(-1)).toMatchObject({ type: 'stopped' });
    expect(saidBy(failed)).toContain('IMAGE_NOT_FOUND');
    expect(saidBy(failed)).toContain('coder was returned to 1.15.3');
    await fault.clear();
    const resumed = await scene.operator.run('resume');
    expect(resumed.code).toBe(0);
    expect((await historyText()).at(-1)).toBe('4 deployed coder-1.16.1');
  });

  it('D09: at the end of helm’s own five minutes, shrunk here, the upgrade has failed and is back', async () => {
    const match = await openBreakable();
    await scene.stage.writeSite({ timeouts: { coder: '25s' } });
    fault = await scene.sandbox.faults.set({
      kind: 'never-ready',
      match,
    });
    const { plan } = await planCoder(scene, '--version', '1.16.1');
    const timeouts = plan.steps.flatMap(({ command = [] }) => command.filter((word) => /^\d+s$/.test(word)));
    expect(timeouts).toEqual(['25s', '25s']);
    const failed = await scene.operator.run(...scene.apply('1.16.1'));
    expect(failed.code).toBe(5);
    expect((await historyText()).at(-1)).toBe('3 deployed coder-1.15.3');
  });
});
