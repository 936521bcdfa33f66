import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { StepState } from '../../journal/fold.ts';
import type { KubeObject } from '../../model/kube.ts';
import { Redactor } from '../../model/redaction.ts';
import type { HelmUninstallStep } from '../../model/step.ts';
import type { World } from '../world.ts';
import { helmUninstall } from './helm-uninstall.ts';

const file = new URL('../../../test/fixtures/release-records/helm3-v1.json', import.meta.url);
const record = JSON.parse(readFileSync(file, 'utf8')) as KubeObject;
const { namespace = '' } = record.metadata;

/** A cluster that holds the record of a release, and nothing of the release itself. */
const world = {
  plan: { steps: [] },
  reader: {
    find: async () => undefined,
    list: async (path: string) => (path.endsWith('/secrets') ? [record] : []),
    canI: async () => true,
  },
  folder: { path: '/runs/run-1', read: async () => '{}' },
  redactor: new Redactor(),
} as unknown as World;

test('O5: nothing is uninstalled where the claims of the release are not those of the plan', async () => {
  const step = {
    kind: 'helm-uninstall',
    component: 'ui',
    release: record.metadata.labels?.['name'],
    namespace,
    objects: [],
    claims: [{ namespace, name: 'data', uid: 'u1', volume: 'pv1', isRebound: false }],
  } as unknown as HelmUninstallStep;
  await expect(helmUninstall.act(step, world, { wasTried: false } as StepState)).rejects.toMatchObject({
    code: 'WORLD_MOVED',
    message: expect.stringContaining(`holds other claims, ${namespace}/data is gone`) as unknown,
  });
});
