import { expect, test } from 'vitest';
import type { KubeObject } from '../model/kube.ts';
import type { FieldChange, ObjectChange } from '../model/plan.ts';
import { Problem } from '../model/problem.ts';
import type { HelmRollbackStep, HelmUpgradeStep } from '../model/step.ts';
import { parseManifest } from '../release/manifest.ts';
import type { ForeseenRelease, HelmStep, LookParts } from './foreseen-release.ts';
import { liveEditsOf } from './live-edits.ts';

const step = { kind: 'helm-upgrade', component: 'web', namespace: 'prod' } as unknown as HelmUpgradeStep;
const rollback = { ...step, kind: 'helm-rollback' } as unknown as HelmRollbackStep;
const manifest = JSON.stringify({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web' },
  spec: { replicas: 2 },
});
const object = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', namespace: 'prod' };

function autoscaler(name: string, kind = 'Deployment', apiVersion = 'apps/v1'): KubeObject {
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'scaler', namespace: 'prod' },
    spec: { scaleTargetRef: { apiVersion, kind, name } },
  };
}

function changed(...fields: readonly FieldChange[]): readonly ObjectChange[] {
  return [{ object, change: 'changed', fields, restartsPods: false }];
}

const replicas: FieldChange = {
  path: 'spec.replicas',
  before: '7',
  after: '2',
  because: 'live edit',
  manager: 'kube-controller-manager',
};
const paused: FieldChange = { path: 'spec.paused', before: 'true', after: 'false', because: 'live edit' };
const image: FieldChange = { path: 'spec.image', before: 'a', after: 'b', because: 'chart or values' };

function look(
  of: HelmStep,
  changes: readonly ObjectChange[],
  text: string,
  list: (path: string) => Promise<readonly KubeObject[]>,
) {
  const foreseen = { step: of, changes, objects: parseManifest(text) } as unknown as ForeseenRelease;
  return liveEditsOf(foreseen, { reader: { list } } as unknown as LookParts);
}

test('O21: one finding an object names each edited field, its manager and time', async () => {
  const edited = { ...replicas, manager: 'kubectl', at: '2026-11-20T10:00:00Z' };
  const { findings, unforeseen } = await look(step, changed(edited, paused, image), manifest, async () => []);
  expect(findings).toEqual([
    {
      code: 'LIVE_EDIT_UNDONE',
      severity: 'warning',
      component: 'web',
      object,
      field: 'spec.replicas, spec.paused',
      message:
        'The upgrade undoes what was changed in the cluster on Deployment prod/web: spec.replicas (by kubectl, 2026-11-20T10:00:00Z), spec.paused (by someone).',
      remedies: [],
    },
  ]);
  expect(unforeseen).toEqual([]);
});

test('O21: replicas under an autoscaler are a finding of their own', async () => {
  const { findings } = await look(rollback, changed(replicas), manifest, async () => [autoscaler('web')]);
  expect(findings.map(({ code, severity, message }) => [code, severity, message])).toEqual([
    [
      'REPLICAS_UNDER_HPA',
      'warning',
      'The chart sets spec.replicas of Deployment prod/web to 2, and HorizontalPodAutoscaler scaler scales it. The rollback takes it from 7 to 2, until the autoscaler acts again.',
    ],
  ]);
});

test('an autoscaler of something else says nothing', async () => {
  const others = [autoscaler('other'), autoscaler('web', 'StatefulSet'), autoscaler('web', 'Deployment', 'far.io/v1')];
  expect((await look(step, changed(image), manifest, async () => others)).findings).toEqual([]);
});

test('autoscalers that may not be listed are unforeseen, and nobody asks where no replicas are set', async () => {
  const refuse = async () => {
    throw new Problem('CLUSTER_REFUSED', 'forbidden');
  };
  expect((await look(step, [], manifest, refuse)).unforeseen).toEqual([
    { what: 'replicas that an autoscaler sets in the namespace prod', why: 'forbidden' },
  ]);
  expect((await look(step, [], '', refuse)).unforeseen).toEqual([]);
});
