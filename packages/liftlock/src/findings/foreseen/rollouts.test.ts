import { expect, test } from 'vitest';
import type { JsonObject } from '../../model/json.ts';
import type { HealthItem } from '../../model/snapshot.ts';
import { deployment, item } from './hop-fixtures.ts';
import type { HopObject } from './hop.ts';
import { rolloutFindings, type RolloutEvidence } from './rollouts.ts';

function judge(of: HopObject, fields: Partial<RolloutEvidence> = {}): readonly string[] {
  const evidence = {
    workloads: [of],
    accessModes: () => undefined,
    pods: () => [],
    health: [],
    nodesFor: () => 3,
    fixedNodes: false,
    ...fields,
  };
  return rolloutFindings(evidence).map(({ severity, code }) => `${severity} ${code}`);
}

const volume = { volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }] };
const affinity = {
  affinity: {
    podAntiAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: [
        { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { app: 'web' } } },
      ],
    },
  },
};

function rolled(pod: JsonObject, spec: JsonObject = {}): HopObject {
  return item(deployment('web', pod, spec), { live: deployment('web', { ...pod, x: '1' }, spec) });
}

test.each([
  ['ReadWriteOncePod', {}, {}, ['blocker ROLLOUT_STUCK']],
  ['ReadWriteOnce', {}, {}, ['warning ROLLOUT_STUCK']],
  ['ReadWriteOnce', affinity, {}, ['blocker ROLLOUT_STUCK']],
  ['ReadWriteMany', {}, {}, []],
  ['ReadWriteOncePod', {}, { strategy: { type: 'Recreate' } }, []],
  ['ReadWriteOnce', {}, { strategy: { rollingUpdate: { maxUnavailable: 1 } } }, []],
  ['ReadWriteOnce', {}, { replicas: 0 }, []],
  ['ReadWriteOnce', { nodeSelector: { 'kubernetes.io/hostname': 'a' } }, {}, []],
])('O15: a claim that is %s, with %j and %j', (mode, pod, spec, expected) => {
  const accessModes = () => [mode];
  expect(judge(rolled({ ...volume, ...pod }, spec), { accessModes })).toEqual(expected);
});

test('O15: on one node, and with a claim that the old pod does not mount, nothing is held', () => {
  const accessModes = () => ['ReadWriteOnce'];
  expect(judge(rolled(volume), { accessModes, nodesFor: () => 1 })).toEqual([]);
  expect(judge(item(deployment('web', volume), { live: deployment('web') }), { accessModes })).toEqual([]);
});

const ports = { containers: [{ name: 'main', ports: [{ containerPort: 80, hostPort: 80 }] }] };
test.each([
  [affinity, { replicas: 3 }, true, ['blocker ROLLOUT_STUCK']],
  [affinity, { replicas: 3 }, false, ['warning ROLLOUT_STUCK']],
  [ports, { replicas: 3 }, true, ['blocker ROLLOUT_STUCK']],
  [affinity, { replicas: 2 }, true, []],
  [{}, { replicas: 3 }, true, []],
  [affinity, { replicas: 3, strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } } }, true, []],
])('O15: a node for each pod: %j, %j, fixed %s', (pod, spec, fixedNodes, expected) => {
  expect(judge(rolled(pod, spec), { fixedNodes })).toEqual(expected);
});

test('O15: anti-affinity that looks at one revision alone leaves room, and unread nodes accuse nobody', () => {
  const [term] = affinity.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution;
  const perRevision = {
    affinity: {
      podAntiAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: [{ ...term, matchLabelKeys: ['pod-template-hash'] }],
      },
    },
  };
  expect(judge(rolled(perRevision as JsonObject, { replicas: 3 }), { fixedNodes: true })).toEqual([]);
  expect(judge(rolled(affinity, { replicas: 3 }), { fixedNodes: true, nodesFor: () => 0 })).toEqual([]);
});

function broken(owner: string, state: HealthItem['state'] = 'unhealthy'): HealthItem {
  return {
    object: { apiVersion: 'v1', kind: 'Pod', namespace: 'prod', name: `${owner}-0` },
    owner: { apiVersion: 'apps/v1', kind: 'StatefulSet', namespace: 'prod', name: owner },
    state,
    reason: 'CrashLoopBackOff',
    message: '',
    restarts: 3,
  };
}

test.each([
  [{}, broken('web'), ['blocker ROLLOUT_STUCK']],
  [{}, broken('web', 'healthy'), []],
  [{}, broken('other'), []],
  [{ podManagementPolicy: 'Parallel' }, broken('web'), []],
  [{ updateStrategy: { type: 'OnDelete' } }, broken('web'), ['warning ROLLOUT_HELD']],
  [
    { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 1 } } },
    broken('other'),
    ['warning ROLLOUT_HELD'],
  ],
])('O15: a StatefulSet with %j', (spec, health, expected) => {
  const of = rolled({}, spec);
  const stateful = { ...of, object: { ...of.object, kind: 'StatefulSet' } };
  expect(judge(stateful, { health: [health] })).toEqual(expected);
});

test('O15: a paused Deployment is told', () => {
  expect(judge(rolled({}, { paused: true }))).toEqual(['warning ROLLOUT_HELD']);
});
