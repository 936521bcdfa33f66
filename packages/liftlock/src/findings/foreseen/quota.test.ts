import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../model/json.ts';
import type { KubeObject } from '../../model/kube.ts';
import { core, deployment, hop, item } from './hop-fixtures.ts';
import type { Hop, HopObject } from './hop.ts';
import { podUsage, withDefaults } from './pod-usage.ts';
import { countsPod } from './quota-scope.ts';
import { quotaFindings } from './quota.ts';

function quota(hard: JsonObject, used: JsonObject = {}, spec: JsonObject = {}): KubeObject {
  return core('ResourceQuota', 'room', { spec: { hard, ...spec }, status: { hard, used } });
}

function cpu(request: string): JsonObject {
  return { containers: [{ name: 'main', resources: { requests: { cpu: request } } }] };
}

function judge(of: Hop, quotas: readonly KubeObject[], limitRanges: readonly KubeObject[] = []) {
  const evidence = { hop: of, quotas, limitRanges, storedPod: () => undefined, requested: () => ({}), nodes: 3 };
  return quotaFindings(evidence).map(
    ({ severity, component, field }) => `${severity} ${component ?? ''} ${field ?? ''}`,
  );
}

function later(object: KubeObject, fields: Partial<HopObject> = {}): HopObject {
  return item(object, { component: 'api', order: 1, ...fields });
}

describe('O10: quota as a sum', () => {
  test('what components add for good adds up; surge does not outlive its component', () => {
    const room = quota({ 'requests.cpu': '2', pods: '10' }, { 'requests.cpu': '1', pods: '1' });
    const fresh = [item(deployment('web', cpu('600m'))), later(deployment('api', cpu('600m')))];
    expect(judge(hop(fresh), [room])).toEqual(['blocker api requests.cpu']);
    const live = (name: string) => ({ live: deployment(name, { ...cpu('500m'), x: '1' }) });
    const rolled = [
      item(deployment('web', cpu('500m')), live('web')),
      later(deployment('api', cpu('500m')), live('api')),
    ];
    expect(judge(hop(rolled), [quota({ 'requests.cpu': '1500m' }, { 'requests.cpu': '1' })])).toEqual([]);
    expect(judge(hop(rolled), [quota({ 'requests.cpu': '1400m' }, { 'requests.cpu': '1' })])).toEqual([
      'blocker web requests.cpu',
    ]);
  });

  test('what stays as it is, and what is too much already, is not counted', () => {
    const full = quota({ pods: '1' }, { pods: '1' });
    expect(judge(hop([item(deployment('web'), { isWritten: false, live: deployment('web') })]), [full])).toEqual([]);
    const over = quota({ pods: '1' }, { pods: '3' });
    const recreate = deployment('web', { x: '2' }, { strategy: { type: 'Recreate' } });
    expect(judge(hop([item(recreate, { live: deployment('web') })]), [over])).toEqual([]);
  });

  test('a rollout that may lack a pod does without surge; a StatefulSet has none', () => {
    const full = quota({ pods: '4' }, { pods: '4' });
    const four = (fields: JsonObject) => deployment('web', fields, { replicas: 4 });
    expect(judge(hop([item(four({ x: '2' }), { live: four({}) })]), [full])).toEqual(['warning web pods']);
    const stateful = (fields: JsonObject): KubeObject => ({ ...four(fields), kind: 'StatefulSet' });
    expect(judge(hop([item(stateful({ x: '2' }), { live: stateful({}) })]), [full])).toEqual([]);
  });

  test('what leaves the chart makes room for pods at once, and for objects only afterwards', () => {
    const gone = [item(deployment('old'), { resource: 'deployments.apps' })];
    const young = item(deployment('new'), { resource: 'deployments.apps' });
    expect(judge(hop([young], { gone }), [quota({ pods: '1' }, { pods: '1' })])).toEqual([]);
    const counted = quota({ 'count/deployments.apps': '1' }, { 'count/deployments.apps': '1' });
    expect(judge(hop([young], { gone }), [counted])).toEqual(['blocker web count/deployments.apps']);
    expect(judge(hop([later(deployment('new'), { resource: 'deployments.apps' })], { gone }), [counted])).toEqual([]);
  });

  test('claims count by number, size and class; load balancers and the record of helm count too', () => {
    const template = {
      metadata: { name: 'data' },
      spec: { storageClassName: 'fast', resources: { requests: { storage: '10Gi' } } },
    };
    const db: KubeObject = {
      ...deployment('db', {}, { replicas: 2, volumeClaimTemplates: [template] }),
      kind: 'StatefulSet',
    };
    const hard = {
      'requests.storage': '15Gi',
      persistentvolumeclaims: '2',
      'fast.storageclass.storage.k8s.io/requests.storage': '15Gi',
    };
    expect(judge(hop([item(db)]), [quota(hard)])).toEqual([
      'blocker web requests.storage, fast.storageclass.storage.k8s.io/requests.storage',
    ]);
    const balancer = core('Service', 'web', { spec: { type: 'LoadBalancer', ports: [{ port: 80 }] } });
    const before = core('Service', 'web', { spec: { type: 'ClusterIP', ports: [{ port: 80 }] } });
    const services = quota(
      { services: '1', 'services.loadbalancers': '0', 'services.nodeports': '0' },
      { services: '1' },
    );
    expect(judge(hop([item(balancer, { live: before })]), [services])).toEqual([
      'blocker web services.loadbalancers, services.nodeports',
    ]);
    expect(judge(hop([item(deployment('web'))]), [quota({ secrets: '3' }, { secrets: '3' })])).toEqual([
      'blocker web secrets',
    ]);
  });

  test('hooks count while they run', () => {
    const job: KubeObject = { ...deployment('migrate', cpu('2')), apiVersion: 'batch/v1', kind: 'Job' };
    const hook = { events: ['pre-upgrade'], deletePolicies: [] };
    const room = quota({ 'requests.cpu': '1' });
    expect(judge(hop([item(job, { hook })]), [room])).toEqual(['blocker web requests.cpu']);
  });

  test('a quota of another namespace counts nothing', () => {
    const other = { ...quota({ pods: '0' }), metadata: { name: 'room', namespace: 'other' } };
    expect(judge(hop([item(deployment('web'))]), [other])).toEqual([]);
  });
});

test.each([
  ['Terminating', { activeDeadlineSeconds: 5 }, {}],
  ['NotTerminating', {}, { activeDeadlineSeconds: 5 }],
  ['BestEffort', { containers: [{ name: 'a' }] }, cpu('1')],
  ['NotBestEffort', cpu('1'), { containers: [{ name: 'a' }] }],
])('O10: the scope %s counts only its pods, and no objects', (scope, inside, outside) => {
  const scoped = quota({ pods: '0' }, {}, { scopes: [scope] });
  expect([countsPod(scoped, inside), countsPod(scoped, outside)]).toEqual([true, false]);
});

test('O10: a quota for a priority counts pods of that priority', () => {
  const of = (operator: string, values: readonly string[]) =>
    quota({}, {}, { scopeSelector: { matchExpressions: [{ scopeName: 'PriorityClass', operator, values }] } });
  const high = { priorityClassName: 'high' };
  expect(
    [of('In', ['high']), of('NotIn', ['high']), of('Exists', []), of('DoesNotExist', [])].map((rule) =>
      countsPod(rule, high),
    ),
  ).toEqual([true, false, true, false]);
  expect(countsPod(of('In', ['low']), high)).toBe(false);
  expect(countsPod(of('Exists', []), {})).toBe(false);
  const term = { topologyKey: 'zone', namespaces: ['other'] };
  const reaching = { affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } } };
  const crossing = quota({}, {}, { scopes: ['CrossNamespacePodAffinity'] });
  expect([countsPod(crossing, reaching), countsPod(crossing, high)]).toEqual([true, false]);
});

test('O10: a pod counts as the larger of its containers and its init containers, with sidecars and overhead', () => {
  const spec = {
    overhead: { cpu: '100m' },
    initContainers: [
      { name: 'sidecar', restartPolicy: 'Always', resources: { requests: { cpu: '1' } } },
      { name: 'init', resources: { requests: { cpu: '4' } } },
    ],
    containers: [{ name: 'a', resources: { requests: { cpu: '2' }, limits: { memory: '1Gi' } } }],
  };
  expect(podUsage(spec)).toMatchObject({ pods: 1, 'requests.cpu': 5.1, cpu: 5.1, 'limits.memory': 2 ** 30 });
});

test('O10: defaults of a LimitRange fill what a container leaves out', () => {
  const range = core('LimitRange', 'defaults', {
    spec: { limits: [{ type: 'Container', default: { cpu: '1' }, defaultRequest: { cpu: '100m' } }] },
  });
  const usage = (container: JsonObject) =>
    podUsage(withDefaults({ containers: [{ name: 'a', ...container }] }, [range]));
  expect(usage({})).toMatchObject({ 'requests.cpu': 0.1, 'limits.cpu': 1 });
  expect(usage({ resources: { limits: { cpu: '500m' } } })).toMatchObject({ 'requests.cpu': 0.5, 'limits.cpu': 0.5 });
});
