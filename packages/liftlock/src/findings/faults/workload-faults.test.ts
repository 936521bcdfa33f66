import { expect, test } from 'vitest';
import type { JsonObject } from '../../model/json.ts';
import type { KubeObject } from '../../model/kube.ts';
import { kubeEvent, pod, replicaSet, running, Story } from './fixtures.ts';

const helms = { 'meta.helm.sh/release-name': 'shop' };
const failure = (message: string) => ({
  conditions: [{ type: 'ReplicaFailure', status: 'True', message, lastTransitionTime: '2026-11-21T10:00:00Z' }],
});

test.each([
  ['quota', 'pods "web-x" is forbidden: exceeded quota: compute, requested: cpu=2, used: cpu=8, limited: cpu=8', 300],
  [
    'pod security',
    'pods "web-x" is forbidden: violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false',
    30,
  ],
  ['a webhook that refuses', 'admission webhook "policy.example" denied the request: no latest tags', 30],
  ['a webhook that does not answer', 'failed calling webhook "policy.example": context deadline exceeded', 120],
])('O13: pods that are never created are named from the ReplicaSet: %s', (_title, message, grace) => {
  const story = new Story().sees(replicaSet(2, failure(message)));
  expect(story.faults()).toEqual([`PODS_NOT_CREATED ${grace}`]);
  expect(story.named()[0]?.fault).toMatchObject({ object: { kind: 'Deployment', name: 'web' } });
  expect(story.after(grace).faults()).toEqual(['PODS_NOT_CREATED certain']);
  expect(story.sees(replicaSet(2)).faults()).toEqual([]);
});

function statefulSet(status: JsonObject): KubeObject {
  const metadata = { name: 'db', namespace: 'prod', uid: 'statefulset-db', generation: 1, annotations: helms };
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata,
    spec: { replicas: 2 },
    status: { observedGeneration: 1, ...status },
  };
}

test('O13: a StatefulSet tells it by events, as long as it lacks pods', () => {
  const set = statefulSet({ replicas: 1 });
  const event = kubeEvent(
    set,
    'FailedCreate',
    'create Pod db-1 in StatefulSet db failed error: pods "db-1" is forbidden: violates PodSecurity',
  );
  const story = new Story().sees(set, event);
  expect(story.faults()).toEqual(['PODS_NOT_CREATED 30']);
  expect(story.sees(statefulSet({ replicas: 2 })).faults()).toEqual([]);
});

test('O13: a StatefulSet pod of the old revision is not blamed', () => {
  const owner = { kind: 'StatefulSet', name: 'db', uid: 'statefulset-db' };
  const crashed = (revision: string) =>
    pod(
      {
        restartCount: 9,
        state: { waiting: { reason: 'CrashLoopBackOff' } },
        lastState: { terminated: { exitCode: 1 } },
      },
      { name: 'db-0', owner, labels: { 'controller-revision-hash': revision } },
    );
  const story = new Story().sees(statefulSet({ replicas: 2, updateRevision: 'db-new' }), crashed('db-old'));
  expect(story.faults()).toEqual([]);
  expect(story.sees(crashed('db-new')).faults()).toEqual(['CRASH_LOOP certain']);
});

function job(status: JsonObject, annotations: Readonly<Record<string, string>> = helms, labels = {}): KubeObject {
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'migrate', namespace: 'prod', uid: 'job-migrate', annotations, labels },
    spec: { backoffLimit: 2 },
    status,
  };
}
const failed = {
  failed: 3,
  conditions: [
    {
      type: 'Failed',
      status: 'True',
      reason: 'BackoffLimitExceeded',
      message: 'Job has reached the specified backoff limit',
    },
  ],
};

test('O13: a Job is certain when it used up its tries, and not before', () => {
  const story = new Story().sees(job({ active: 1, failed: 1 }));
  expect(story.faults()).toEqual(['JOB_FAILED 0']);
  expect(story.named()[0]?.fault.message).toBe('Job migrate: 1 of 3 tries failed');
  expect(story.sees(job(failed)).faults()).toEqual(['JOB_FAILED certain']);
  expect(
    story.sees(job({ failed: 1, succeeded: 1, conditions: [{ type: 'Complete', status: 'True' }] })).faults(),
  ).toEqual([]);
});

test('O13: a hook Job is known by its label; a Job of a CronJob or of another release is none of ours', () => {
  const hook = { 'helm.sh/hook': 'pre-upgrade' };
  expect(new Story().sees(job(failed, hook, { 'app.kubernetes.io/instance': 'shop' })).faults()).toEqual([
    'JOB_FAILED certain',
  ]);
  expect(new Story().sees(job(failed, hook, { 'app.kubernetes.io/instance': 'other' })).faults()).toEqual([]);
  expect(new Story().sees(job(failed, {}, { 'app.kubernetes.io/instance': 'shop' })).faults()).toEqual([]);
  expect(new Story(['job-migrate']).sees(job(failed)).faults()).toEqual([]);
});

function claim(phase: string): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'data', namespace: 'prod', uid: 'claim-data' },
    status: { phase },
  };
}
const mounts = { spec: { volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }] } };

test('O13: a claim that nothing provides is named with the reason; one that waits for its pod is not', () => {
  const event = kubeEvent(
    claim('Pending'),
    'FailedBinding',
    'no persistent volumes available for this claim and no storage class is set',
  );
  const story = new Story().sees(
    pod({}, mounts),
    claim('Pending'),
    kubeEvent(claim('Pending'), 'WaitForFirstConsumer', 'waiting for first consumer'),
  );
  expect(story.faults()).toEqual([]);
  expect(story.sees(event).faults()).toEqual(['CLAIM_PENDING 300']);
  expect(story.after(300).faults()).toEqual(['CLAIM_PENDING certain']);
  expect(story.sees(claim('Bound'), pod(running, mounts)).faults()).toEqual([]);
});
