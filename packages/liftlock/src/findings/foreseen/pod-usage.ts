import { isJsonObject, jsonAt, type Json, type JsonObject } from '../../model/json.ts';
import type { KubeObject } from '../../model/kube.ts';
import { parseQuantity } from '../../model/quantity.ts';
import { listAt, textAt } from '../faults/read.ts';

/** Amounts by the name that a ResourceQuota has for them: cores, bytes, or a count. */
export type Usage = Readonly<Record<string, number>>;

/** The sum of usages, each times a factor. */
export function total(...parts: readonly (readonly [usage: Usage, times: number])[]): Usage {
  const sum: Record<string, number> = {};
  for (const [usage, times] of parts) {
    for (const [name, amount] of Object.entries(usage)) sum[name] = (sum[name] ?? 0) + amount * times;
  }
  return sum;
}

/** Per resource the larger one. */
export function larger(a: Usage, b: Usage): Usage {
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return Object.fromEntries([...names].map((name) => [name, Math.max(a[name] ?? 0, b[name] ?? 0)]));
}

/**
 * What one pod counts as: containers and the init containers that go on running together, or a larger init container alone,
 * plus the pod's overhead; what the pod asks for as a whole wins.
 * https://kubernetes.io/docs/concepts/policy/resource-quotas/
 */
export function podUsage(spec: JsonObject): Usage {
  const usage: Record<string, number> = { pods: 1, 'count/pods': 1 };
  for (const kind of ['requests', 'limits'] as const) {
    for (const resource of resourcesOf(spec, kind)) {
      const amount = podAmount(spec, kind, resource);
      usage[`${kind}.${resource}`] = amount;
      // Quotas may name requests of these three without the prefix.
      if (kind === 'requests' && plainRequests.has(resource)) usage[resource] = amount;
    }
  }
  return usage;
}

const plainRequests = new Set(['cpu', 'memory', 'ephemeral-storage']);

function resourcesOf(spec: JsonObject, kind: 'requests' | 'limits'): ReadonlySet<string> {
  const lists = [spec, ...listAt(spec, 'containers'), ...listAt(spec, 'initContainers')];
  const names = lists.flatMap((item) => keysOf(jsonAt(item, ['resources', kind])));
  return new Set([...names, ...(kind === 'requests' ? keysOf(spec['overhead']) : [])]);
}

function keysOf(value: Json | undefined): readonly string[] {
  return isJsonObject(value) ? Object.keys(value) : [];
}

function podAmount(spec: JsonObject, kind: 'requests' | 'limits', resource: string): number {
  const of = (item: JsonObject) => parseQuantity(jsonAt(item, ['resources', kind, resource]));
  const overhead = parseQuantity(jsonAt(spec, ['overhead', resource]));
  if (jsonAt(spec, ['resources', kind, resource]) !== undefined) return of(spec) + overhead;
  const sum = listAt(spec, 'containers').reduce((all, item) => all + of(item), 0);
  // Init containers run one after the other; those that restart always stay beside the ones that follow.
  let staying = 0;
  let largest = 0;
  for (const item of listAt(spec, 'initContainers')) {
    if (item['restartPolicy'] === 'Always') {
      staying += of(item);
      largest = Math.max(largest, staying);
    } else {
      largest = Math.max(largest, staying + of(item));
    }
  }
  return Math.max(sum + staying, largest) + overhead;
}

/**
 * A pod spec with the defaults that LimitRanges give to containers, and requests that follow from limits.
 * https://kubernetes.io/docs/concepts/policy/limit-range/
 */
export function withDefaults(spec: JsonObject, limitRanges: readonly KubeObject[]): JsonObject {
  const rules = limitRanges
    .flatMap((range) => listAt(range.spec, 'limits'))
    .filter((rule) => rule['type'] === 'Container');
  const defaults = (key: string) => Object.assign({}, ...rules.map((rule) => mapAt(rule, key))) as JsonObject;
  const limits = defaults('default');
  const requests = defaults('defaultRequest');
  const complete = (container: JsonObject): JsonObject => {
    const own = {
      limits: mapAt(container, 'resources', 'limits'),
      requests: mapAt(container, 'resources', 'requests'),
    };
    // What the API server does first: a limit without a request is the request as well.
    const asked = { ...own.limits, ...own.requests };
    const resources = { limits: { ...limits, ...own.limits }, requests: { ...limits, ...requests, ...asked } };
    return { ...container, resources: { ...mapAt(container, 'resources'), ...resources } };
  };
  const lists = ['containers', 'initContainers'].filter((key) => spec[key] !== undefined);
  return { ...spec, ...Object.fromEntries(lists.map((key) => [key, listAt(spec, key).map(complete)])) };
}

function mapAt(value: Json | undefined, ...path: readonly string[]): JsonObject {
  const found = jsonAt(value, path);
  return isJsonObject(found) ? found : {};
}

/**
 * What an object that is no pod counts as, besides its plain number: claims by size and class, Services by type.
 * @param claim the spec of a claim or of a claim template
 */
export function claimUsage(claim: JsonObject | undefined): Usage {
  const storage = parseQuantity(jsonAt(claim, ['resources', 'requests', 'storage']));
  const name = textAt(claim, 'storageClassName');
  const ofClass = name === '' ? '' : `${name}.storageclass.storage.k8s.io/`;
  return {
    persistentvolumeclaims: 1,
    'count/persistentvolumeclaims': 1,
    'requests.storage': storage,
    ...(ofClass === '' ? {} : { [`${ofClass}persistentvolumeclaims`]: 1, [`${ofClass}requests.storage`]: storage }),
  };
}

/** As quota counts it: a load balancer has node ports too, unless it says otherwise. */
export function serviceUsage(spec: JsonObject | undefined): Usage {
  const type = textAt(spec, 'type');
  const hasNodePorts =
    type === 'NodePort' || (type === 'LoadBalancer' && spec?.['allocateLoadBalancerNodePorts'] !== false);
  return {
    services: 1,
    'count/services': 1,
    ...(type === 'LoadBalancer' ? { 'services.loadbalancers': 1 } : {}),
    ...(hasNodePorts ? { 'services.nodeports': listAt(spec, 'ports').length } : {}),
  };
}

/** Kinds that quotas also count under their plain plural. */
const plainCounts = new Set(['secrets', 'configmaps', 'replicationcontrollers', 'resourcequotas']);

/** What one object counts as; of a workload itself, not of its pods. */
export function objectUsage(object: KubeObject, resource: string | undefined): Usage {
  if (object.kind === 'PersistentVolumeClaim') return claimUsage(object.spec);
  if (object.kind === 'Service' && object.apiVersion === 'v1') return serviceUsage(object.spec);
  if (resource === undefined || object.kind === 'Pod') return {};
  return { [`count/${resource}`]: 1, ...(plainCounts.has(resource) ? { [resource]: 1 } : {}) };
}
