import { isJsonObject, jsonAt, type Json } from '../model/json.ts';
import type { KubeObject } from '../model/kube.ts';
import type { ClusterReader } from '../model/ports.ts';
import { parseQuantity } from '../model/quantity.ts';
import type { NodeRoom } from '../model/snapshot.ts';

/** What each node can give and what its pods have asked for, as the scheduler counts it: requests, not use. */
export async function readNodeRoom(reader: ClusterReader): Promise<readonly NodeRoom[]> {
  const [nodes, pods] = await Promise.all([
    reader.list('/api/v1/nodes'),
    reader.list('/api/v1/pods', { fieldSelector: 'status.phase!=Succeeded,status.phase!=Failed' }),
  ]);
  return nodes.map((node) =>
    roomOf(
      node,
      pods.filter((pod) => jsonAt(pod.spec, ['nodeName']) === node.metadata.name),
    ),
  );
}

function roomOf(node: KubeObject, pods: readonly KubeObject[]): NodeRoom {
  const allocatable = (resource: string) => parseQuantity(jsonAt(node.status, ['allocatable', resource]));
  const used = pods.map((pod) => podRequests(pod.spec));
  return {
    name: node.metadata.name,
    isSchedulable: jsonAt(node.spec, ['unschedulable']) !== true,
    labels: node.metadata.labels,
    taints: taintsOf(node),
    cpuAllocatable: allocatable('cpu'),
    cpuUsed: used.reduce((sum, { cpu }) => sum + cpu, 0),
    memoryAllocatable: allocatable('memory'),
    memoryUsed: used.reduce((sum, { memory }) => sum + memory, 0),
    podsAllocatable: allocatable('pods'),
    podsUsed: pods.length,
  };
}

function taintsOf(node: KubeObject): NonNullable<NodeRoom['taints']> {
  const taints = node.spec?.['taints'];
  const text = (value: Json | undefined) => (typeof value === 'string' ? value : '');
  return (Array.isArray(taints) ? (taints as readonly Json[]) : [])
    .filter(isJsonObject)
    .map(({ key, value, effect }) => ({ key: text(key), value: text(value), effect: text(effect) }));
}

/**
 * Requests of a pod: the larger of its containers' sum and its largest init container.
 * https://kubernetes.io/docs/concepts/workloads/pods/init-containers/#resource-sharing-within-containers
 */
export function podRequests(spec: Json | undefined): { readonly cpu: number; readonly memory: number } {
  return { cpu: requestOf(spec, 'cpu'), memory: requestOf(spec, 'memory') };
}

function requestOf(spec: Json | undefined, resource: string): number {
  const requests = (key: string) => {
    const containers = jsonAt(spec, [key]);
    const list = Array.isArray(containers) ? (containers as readonly Json[]).filter(isJsonObject) : [];
    return list.map((container) => parseQuantity(jsonAt(container, ['resources', 'requests', resource])));
  };
  const sum = requests('containers').reduce((total, request) => total + request, 0);
  return Math.max(sum, ...requests('initContainers'), 0);
}
