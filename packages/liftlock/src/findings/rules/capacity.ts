import { counted } from '../../model/counted.ts';
import type { Finding } from '../../model/finding.ts';
import { jsonAt, type Json } from '../../model/json.ts';
import { refOf, type KubeObject } from '../../model/kube.ts';
import { parseQuantity } from '../../model/quantity.ts';
import type { NodeRoom } from '../../model/snapshot.ts';
import { containersOf, podSpecOf } from '../../release/manifest.ts';
import { selectedComponents, type PreflightEvidence } from '../evidence.ts';
import { allowing, finding } from '../make-finding.ts';

/** What a pod, or the growth of one, needs on one node. */
interface Need {
  /** Cores. */
  readonly cpu: number;
  /** Bytes. */
  readonly memory: number;
  readonly pods: number;
}

/**
 * Room for the pods that a rolling update runs beside the old ones, placed first-fit on the nodes by their requests.
 * Components go one after the other, so each one's surge is judged alone, but what grows for good adds up. An
 * autoscaler cannot be seen from here, so it warns unless the site says that nodes are fixed (O25).
 */
export function capacityFindings(evidence: PreflightEvidence): readonly Finding[] {
  const { snapshot, site } = evidence;
  if (snapshot.nodes.length === 0) return [];
  let rooms: readonly Need[] = snapshot.nodes.filter((node) => node.isSchedulable).map(freeOf);
  return selectedComponents(evidence).flatMap(({ component, read }) => {
    const live = read?.release === undefined ? [] : read.workloads;
    const wanted = evidence.forecastWorkloads?.[component.name] ?? live;
    return wanted.flatMap((workload): readonly Finding[] => {
      const before = live.find((item) => item.kind === workload.kind && item.metadata.name === workload.metadata.name);
      const { lasting, surge } = needsOf(workload, before);
      const settled = place(rooms, lasting);
      const placed = settled === undefined ? undefined : place(settled, surge);
      if (settled !== undefined) rooms = settled;
      if (placed !== undefined) return [];
      const [need] = [...surge, ...lasting];
      if (need === undefined) return [];
      return [
        finding({
          code: 'CAPACITY_SHORT',
          severity: site.fixedNodes ? 'blocker' : 'warning',
          component: component.name,
          object: { namespace: snapshot.namespace, ...refOf(workload) },
          message: `No node has room for ${counted(surge.length + lasting.length, 'new pod')} of ${workload.kind} ${workload.metadata.name} (${describe(need)} each) beside what runs now.`,
          remedies: [allowing(`capacity:${component.name}`, 'Go on: room will be made, or nodes come')],
        }),
      ];
    });
  });
}

function freeOf(node: NodeRoom): Need {
  return {
    cpu: node.cpuAllocatable - node.cpuUsed,
    memory: node.memoryAllocatable - node.memoryUsed,
    pods: node.podsAllocatable - node.podsUsed,
  };
}

/** Places each need on the first node that has room; undefined when one finds none. */
function place(rooms: readonly Need[], needs: readonly Need[]): readonly Need[] | undefined {
  const left = rooms.map((room) => ({ ...room }));
  // Largest first: small ones fit into what is left over.
  for (const need of needs.toSorted((a, b) => b.memory - a.memory || b.cpu - a.cpu)) {
    const room = left.find((item) => item.cpu >= need.cpu && item.memory >= need.memory && item.pods >= need.pods);
    if (room === undefined) return undefined;
    room.cpu -= need.cpu;
    room.memory -= need.memory;
    room.pods -= need.pods;
  }
  return left;
}

function needsOf(
  workload: KubeObject,
  before: KubeObject | undefined,
): { lasting: readonly Need[]; surge: readonly Need[] } {
  const need = podNeed(workload);
  const replicas = replicasOf(workload);
  const surge = Array.from({ length: surgeOf(workload, replicas) }, () => need);
  if (before === undefined) return { lasting: Array.from({ length: replicas }, () => need), surge: [] };
  const old = podNeed(before);
  const kept = Math.min(replicas, replicasOf(before));
  const growth = { cpu: Math.max(0, need.cpu - old.cpu), memory: Math.max(0, need.memory - old.memory), pods: 0 };
  const grows = growth.cpu > 0 || growth.memory > 0;
  return {
    lasting: [
      ...Array.from({ length: replicas - kept }, () => need),
      ...Array.from({ length: grows ? kept : 0 }, () => growth),
    ],
    surge,
  };
}

/** One pod's requests: the larger of its containers' sum and its largest init container, plus the pod's overhead. */
function podNeed(workload: KubeObject): Need {
  const spec = podSpecOf(workload);
  const sizeOf = (resource: 'cpu' | 'memory'): number => {
    const requests = (key: string): readonly number[] =>
      containersOf({ [key]: spec?.[key] }).map((container) =>
        parseQuantity(jsonAt(container, ['resources', 'requests', resource])),
      );
    const sum = requests('containers').reduce((total, request) => total + request, 0);
    return Math.max(sum, 0, ...requests('initContainers')) + parseQuantity(jsonAt(spec, ['overhead', resource]));
  };
  return { cpu: sizeOf('cpu'), memory: sizeOf('memory'), pods: 1 };
}

function replicasOf(workload: KubeObject): number {
  // How many nodes a DaemonSet runs on is not known here; a rolling update of one replaces pods in place.
  if (workload.kind === 'DaemonSet') return 0;
  if (workload.kind === 'Job') return Number(workload.spec?.['parallelism'] ?? 1);
  return Number(workload.spec?.['replicas'] ?? 1);
}

/**
 * Pods above the replicas during a rolling update: 25 % rounded up unless the Deployment says otherwise; a
 * StatefulSet replaces pods in place.
 * https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#max-surge
 */
function surgeOf(workload: KubeObject, replicas: number): number {
  if (workload.kind !== 'Deployment' || jsonAt(workload.spec, ['strategy', 'type']) === 'Recreate') return 0;
  const surge: Json = jsonAt(workload.spec, ['strategy', 'rollingUpdate', 'maxSurge']) ?? '25%';
  if (typeof surge === 'number') return Math.min(surge, replicas);
  const percent = typeof surge === 'string' ? Number.parseFloat(surge) : Number.NaN;
  return Number.isNaN(percent) ? 0 : Math.min(replicas, Math.ceil((replicas * percent) / 100));
}

function describe(need: Need): string {
  return `${Math.round(need.cpu * 1000)}m CPU, ${Math.round(need.memory / 2 ** 20)}Mi memory`;
}
