import { expect, test } from 'vitest';
import type { KubeObject } from '../model/kube.ts';
import { Problem } from '../model/problem.ts';
import type { HelmStep, LookParts } from './foreseen-release.ts';
import { foreignFinding } from './ownership.ts';

const step = { kind: 'helm-upgrade', component: 'shop', release: 'shop', namespace: 'shop' } as HelmStep;
const live: KubeObject = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings', namespace: 'shop' } };

function partsWith(code: string | undefined): LookParts {
  const dryRunPatch = async () => {
    if (code !== undefined) throw new Problem(code, 'another program serves it.');
    return live;
  };
  const reader = { find: async () => ({ resources: [{ kind: 'ConfigMap', name: 'configmaps', namespaced: true }] }) };
  return { reader, writer: { dryRunPatch } } as unknown as LookParts;
}

test('O7: what may not be asked about a change is not offered to be adopted, and blocks', async () => {
  const unsafe = await foreignFinding(step, live, partsWith('DRY_RUN_UNSAFE'));
  expect(unsafe).toMatchObject({ severity: 'blocker', remedies: [] });
  expect(unsafe.message).toContain("liftlock does not make it the release's own. another program serves it.");
  // What else a dry run is refused for is told by the step, or goes away with the upgrade.
  for (const code of [undefined, 'CLUSTER_REJECTED']) {
    const { remedies } = await foreignFinding(step, live, partsWith(code));
    expect(remedies.map(({ id }) => id)).toEqual(['adopt:configmap/settings']);
  }
});
