import { randomBytes } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import type { ActiveFault } from '@liftlock/sandbox';
import { claim, configMap, deployment, serviceAccount } from './corpus/objects.ts';
import { saidBy } from './support/happenings.ts';
import { openOneRelease, type OneRelease } from './support/one-release.ts';
import { sharedSandbox, type HelmName } from './support/stage.ts';

let scene: OneRelease;
let fault: ActiveFault | undefined;
afterEach(async () => {
  await fault?.clear();
  await scene.close();
});

/** A release whose 2.0.0 cannot start, and brings more objects. */
async function openBroken(helm: HelmName, force: boolean, ...more: readonly object[]): Promise<void> {
  const image = `registry.k8s.io/e2e-test-images/agnhost:2.16-${randomBytes(3).toString('hex')}`;
  scene = await openOneRelease(sharedSandbox(), {
    name: 'way-back',
    helm,
    before: [deployment('web')],
    after: [deployment('web', { image }), ...more],
    force,
    atomic: true,
  });
  fault = await sharedSandbox().faults.set({ kind: 'image-pull', cause: 404, match: { image } });
}

async function identityOf(kind: string, name: string): Promise<unknown> {
  return (await scene.world.find('v1', kind, name))?.metadata['uid'];
}

async function historyOf(): Promise<readonly string[]> {
  const { sandbox, namespace } = scene.world;
  const { items } = await sandbox.api.list(`/api/v1/namespaces/${namespace}/secrets?labelSelector=owner%3Dhelm`);
  return items.map(({ metadata: { labels } }) => `${labels?.['version']} ${labels?.['status']}`).toSorted();
}

const wentBack = ['1 superseded', '2 failed', '3 deployed'];

describe.each<{ readonly helm: HelmName; readonly force: boolean }>([
  { helm: 'helm3', force: false },
  // --force takes the annotation away that keeps it.
  { helm: 'helm3', force: true },
  { helm: 'helm4', force: false },
])('a failed upgrade with $helm, force: $force', ({ helm, force }) => {
  it(
    'O3, O6: the way back takes what the upgrade made, and leaves what was made by hand',
    { timeout: 240_000 },
    async () => {
      await openBroken(helm, force, serviceAccount('coder'), configMap('settings', { mode: 'b' }));
      await scene.world.create(serviceAccount('coder'));
      const account = await identityOf('ServiceAccount', 'coder');
      const failed = await scene.apply();
      expect(failed.code, saidBy(failed)).toBe(5);
      expect(saidBy(failed)).toContain('was returned to 1.0.0');
      expect(await historyOf()).toEqual(wentBack);
      expect(await identityOf('ServiceAccount', 'coder')).toBe(account);
      expect(await identityOf('ConfigMap', 'settings')).toBeUndefined();

      // A run of its own finds the account adopted, and goes back as well.
      const again = await scene.apply('--allow', 'strip:shop');
      expect(again.code, saidBy(again)).toBe(5);
      expect((await historyOf()).at(-1)).toBe('5 deployed');
      expect(await identityOf('ServiceAccount', 'coder')).toBe(account);
    },
  );
});

it('O3, O6: a claim that the failed upgrade made is not deleted unasked: it stays as it is, and says why', async () => {
  await openBroken('helm3', false, claim('files', '1Gi'));
  const failed = await scene.apply();
  expect(failed.code, saidBy(failed)).toBe(5);
  expect(saidBy(failed)).toMatch(/could not be returned to 1\.0\.0: .*PersistentVolumeClaim \S+\/files/);
  expect(await historyOf()).toEqual(['1 deployed', '2 failed']);
  expect(await identityOf('PersistentVolumeClaim', 'files')).toBeDefined();
});
