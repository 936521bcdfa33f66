import { expect, test } from 'vitest';
import { pod, running, waiting } from '../findings/faults/fixtures.ts';
import type { JsonObject } from '../model/json.ts';
import type { KubeObject } from '../model/kube.ts';
import { claimHealth, forgiveRetries, nodeHealth, podHealth, workloadHealth } from './health-items.ts';

const ready = { conditions: [{ type: 'Ready', status: 'True' }] };
const ended = (exitCode: number, reason: string) => ({ state: { terminated: { exitCode, reason } } });

test.each<[string, JsonObject, JsonObject, string]>([
  ['runs', running, { phase: 'Running', ...ready }, 'healthy Running'],
  [
    'is in a crash loop, which its phase calls Running',
    waiting('CrashLoopBackOff'),
    { phase: 'Running' },
    'unhealthy CrashLoopBackOff',
  ],
  ['ended with an error', ended(1, 'Error'), { phase: 'Failed' }, 'unhealthy Error'],
  ['cannot pull its image', waiting('ImagePullBackOff'), { phase: 'Pending' }, 'unhealthy ImagePullBackOff'],
  [
    'is taken by no node',
    {},
    {
      phase: 'Pending',
      containerStatuses: [],
      conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable' }],
    },
    'unhealthy Unschedulable',
  ],
  [
    'runs and is not ready',
    { ready: false, started: true, state: { running: {} } },
    { phase: 'Running' },
    'unhealthy NotReady',
  ],
  [
    'is being started',
    { ready: false, started: false, state: { running: {} } },
    { phase: 'Running' },
    'progressing Starting',
  ],
  ['is being created', waiting('ContainerCreating'), { phase: 'Pending' }, 'progressing Pending'],
  ['has completed', ended(0, 'Completed'), { phase: 'Succeeded' }, 'done Completed'],
  ['was evicted', {}, { phase: 'Failed', reason: 'Evicted', containerStatuses: [] }, 'unhealthy Evicted'],
])('C26: a pod that %s', (_title, container, status, expected) => {
  const item = podHealth(pod(container, { status }), 'shop');
  expect(`${item.state} ${item.reason}`).toBe(expected);
  expect(item).toMatchObject({ release: 'shop', uid: 'pod-web-1', owner: { kind: 'ReplicaSet', name: 'web-r2' } });
});

test('restarts are summed over the containers', () => {
  const status = {
    containerStatuses: [
      { name: 'a', restartCount: 2 },
      { name: 'b', restartCount: 3 },
    ],
  };
  expect(podHealth(pod({}, { status }), undefined).restarts).toBe(5);
});

test('C26: a failed try of a Job that completed later is done; while it tries again it progresses', () => {
  const owner = { kind: 'Job', name: 'j', uid: 'job-j' };
  const failed = pod(ended(1, 'Error'), { owner, status: { phase: 'Failed' } });
  const job = (type?: string): KubeObject => ({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'j', uid: 'job-j' },
    status: { conditions: type === undefined ? [] : [{ type, status: 'True' }] },
  });
  const state = (type?: string) => forgiveRetries(podHealth(failed, undefined), failed, [job(type)]).state;
  expect([state('Complete'), state(), state('Failed')]).toEqual(['done', 'progressing', 'unhealthy']);
});

function deployment(status: JsonObject): KubeObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'd', generation: 1 },
    spec: { replicas: 2 },
    status: { observedGeneration: 1, ...status },
  };
}

test('O14: workloads are healthy, in a rollout, or stuck', () => {
  const state = (status: JsonObject) => {
    const item = workloadHealth(deployment(status), undefined);
    return `${item.state} ${item.reason}`;
  };
  const counts = { replicas: 2, updatedReplicas: 2, readyReplicas: 2, availableReplicas: 2 };
  expect(state(counts)).toBe('healthy Ready');
  expect(state({ ...counts, updatedReplicas: 1 })).toBe('progressing Progressing');
  expect(state({ ...counts, observedGeneration: 0 })).toBe('progressing Progressing');
  expect(state({ ...counts, readyReplicas: 1, availableReplicas: 1 })).toBe('unhealthy NotReady');
  const stuck = { conditions: [{ type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded' }] };
  expect(state({ ...counts, updatedReplicas: 1, ...stuck })).toBe('unhealthy ProgressDeadlineExceeded');
});

test('O14: claims and nodes', () => {
  const object = (kind: string, status: JsonObject): KubeObject => ({
    apiVersion: 'v1',
    kind,
    metadata: { name: 'x' },
    status,
  });
  const claim = (phase: string) => claimHealth(object('PersistentVolumeClaim', { phase }), undefined).state;
  expect([claim('Bound'), claim('Pending'), claim('Lost')]).toEqual(['healthy', 'progressing', 'unhealthy']);
  const node = (status: string) => nodeHealth(object('Node', { conditions: [{ type: 'Ready', status }] })).state;
  expect([node('True'), node('False'), node('Unknown')]).toEqual(['healthy', 'unhealthy', 'unhealthy']);
});
