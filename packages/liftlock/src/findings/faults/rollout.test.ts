import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../model/json.ts';
import type { KubeObject } from '../../model/kube.ts';
import { deployment, isReady, pod, replicaSet, running, scope, Story } from './fixtures.ts';
import { releaseObjects } from './release-scope.ts';
import { claimWaitsFor, rolloutOf } from './rollout.ts';

/** What a workload waits for, with these pods around it. */
function waits(workload: KubeObject, ...pods: readonly KubeObject[]): string {
  const objects = releaseObjects(new Story().sees(workload, ...pods).memory, scope);
  const found = [...objects.workloads, ...objects.jobs].find((item) => item.kind === workload.kind);
  return found === undefined ? 'not found' : rolloutOf(found, objects.pods).message;
}
const newPod = pod(running, { status: isReady });
const oldPod = pod(running, { name: 'web-old', revision: 1, status: isReady });

describe('O16: a Deployment', () => {
  test.each<[string, KubeObject, readonly KubeObject[], string]>([
    ['is healthy', deployment(), [newPod], ''],
    ['was not seen by its controller', deployment({ status: { observedGeneration: 1 } }), [newPod], 'has not seen'],
    ['is not all updated', deployment({ spec: { replicas: 2 } }), [newPod], '1 of 2 pods are updated'],
    ['has a pod of an older revision left', deployment(), [newPod, oldPod], 'older revision left: web-old'],
    [
      'keeps an old pod because the new one is not ready',
      deployment(),
      [pod(running), oldPod],
      '0 of 1 new pods are ready, 1 pod of an older revision left: web-old',
    ],
    ['has a pod too many', deployment({ status: { replicas: 2 } }), [newPod], '1 pods too many'],
    [
      'is not ready, though one may be unavailable',
      deployment({
        spec: { strategy: { rollingUpdate: { maxUnavailable: 1 } } },
        status: { readyReplicas: 0, availableReplicas: 0 },
      }),
      [newPod],
      '0 of 1 pods are ready',
    ],
    [
      'is ready and not yet available',
      deployment({ status: { availableReplicas: 0 } }),
      [newPod],
      '0 of 1 pods are available',
    ],
    ['is paused', deployment({ spec: { paused: true } }), [newPod], 'paused'],
    [
      'has no replicas on purpose',
      deployment({
        spec: { replicas: 0 },
        status: { replicas: 0, updatedReplicas: 0, readyReplicas: 0, availableReplicas: 0 },
      }),
      [],
      '',
    ],
  ])('%s', (_title, workload, pods, message) => {
    const found = waits(workload, replicaSet(2), ...pods);
    if (message === '') expect(found).toBe('');
    else expect(found).toContain(message);
  });
});

function statefulSet(spec: JsonObject, status: JsonObject): KubeObject {
  const metadata = {
    name: 'db',
    namespace: 'prod',
    uid: 'statefulset-db',
    generation: 2,
    annotations: { 'meta.helm.sh/release-name': 'shop' },
  };
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata,
    spec: { replicas: 2, ...spec },
    status: { observedGeneration: 2, replicas: 2, readyReplicas: 2, ...status },
  };
}
const member = (ordinal: number, revision: string) =>
  pod(running, {
    name: `db-${ordinal}`,
    owner: { kind: 'StatefulSet', name: 'db', uid: 'statefulset-db' },
    labels: { 'controller-revision-hash': revision },
    status: isReady,
  });

describe('O16: a StatefulSet', () => {
  const rolling = { updateRevision: 'new', currentRevision: 'old' };

  test('waits for all pods of the new revision', () => {
    expect(waits(statefulSet({}, { ...rolling, updatedReplicas: 1 }), member(0, 'old'), member(1, 'new'))).toContain(
      '1 of 2 pods are updated',
    );
    expect(
      waits(
        statefulSet({}, { updateRevision: 'new', currentRevision: 'new', updatedReplicas: 2 }),
        member(0, 'new'),
        member(1, 'new'),
      ),
    ).toBe('');
  });

  test('with OnDelete, names the pods that a person must delete', () => {
    const spec = { updateStrategy: { type: 'OnDelete' } };
    expect(waits(statefulSet(spec, { ...rolling, updatedReplicas: 1 }), member(0, 'old'), member(1, 'new'))).toMatch(
      /OnDelete: .* db-0$/,
    );
    expect(waits(statefulSet(spec, { ...rolling, updatedReplicas: 2 }), member(0, 'new'), member(1, 'new'))).toBe('');
  });

  test('with a partition, lower ordinals keep the old revision on purpose', () => {
    const spec = { updateStrategy: { rollingUpdate: { partition: 1 } } };
    expect(waits(statefulSet(spec, { ...rolling, updatedReplicas: 1 }), member(0, 'old'), member(1, 'new'))).toBe('');
    expect(waits(statefulSet(spec, { ...rolling, updatedReplicas: 0 }), member(0, 'old'), member(1, 'old'))).toContain(
      '0 of 1 pods are updated',
    );
  });
});

test('O16: a Job waits until it is complete', () => {
  const job = (status: JsonObject): KubeObject => ({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'j', namespace: 'prod', uid: 'job-j', annotations: { 'meta.helm.sh/release-name': 'shop' } },
    spec: {},
    status,
  });
  expect(waits(job({ active: 1 }))).toBe('0 of 1 completions');
  expect(waits(job({ succeeded: 1, conditions: [{ type: 'Complete', status: 'True' }] }))).toBe('');
  expect(waits(job({ conditions: [{ type: 'Failed', status: 'True', reason: 'DeadlineExceeded' }] }))).toBe(
    'it failed: DeadlineExceeded',
  );
});

test('O16: a DaemonSet waits for every node', () => {
  const set = (status: JsonObject): KubeObject => ({
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: {
      name: 'd',
      namespace: 'prod',
      uid: 'daemonset-d',
      generation: 1,
      annotations: { 'meta.helm.sh/release-name': 'shop' },
    },
    spec: {},
    status: {
      observedGeneration: 1,
      desiredNumberScheduled: 3,
      currentNumberScheduled: 3,
      updatedNumberScheduled: 3,
      numberReady: 3,
      numberAvailable: 3,
      ...status,
    },
  });
  expect(waits(set({}))).toBe('');
  expect(waits(set({ updatedNumberScheduled: 2 }))).toBe('2 of 3 pods are updated');
  expect(waits(set({ numberReady: 2 }))).toBe('2 of 3 pods are ready');
});

test('O16: a claim must be bound, unless nobody mounts it and it waits for that', () => {
  const claim = (phase: string): KubeObject => ({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'c' },
    status: { phase },
  });
  expect(claimWaitsFor(claim('Bound'), true, false)).toBe('');
  expect(claimWaitsFor(claim('Pending'), true, true)).toBe('it is Pending');
  expect(claimWaitsFor(claim('Pending'), false, false)).toBe('it is Pending');
  expect(claimWaitsFor(claim('Pending'), false, true)).toBe('');
});
