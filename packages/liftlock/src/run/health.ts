import { uidOf } from '../findings/faults/memory.ts';
import { controllerOf } from '../findings/faults/release-scope.ts';
import type { KubeObject } from '../model/kube.ts';
import type { ClusterReader } from '../model/ports.ts';
import { isProblem } from '../model/problem.ts';
import type { HealthItem, Release } from '../model/snapshot.ts';
import { claimHealth, forgiveRetries, nodeHealth, podHealth, workloadHealth } from './health-items.ts';
import { readWebhookHealth } from './webhook-health.ts';

/**
 * The health of everything in a namespace: pods, workloads and claims of releases and of others; nodes that are not ready
 * and webhooks that nobody answers, wherever they are. Made before the first write and after the last (O14). What may not be read is left out, save pods.
 */
export async function readHealth(
  reader: ClusterReader,
  namespace: string,
  releases: readonly Release[],
): Promise<readonly HealthItem[]> {
  const [pods, replicaSets, jobs, claims, nodes, webhooks, ...workloads] = await Promise.all([
    reader.list(`/api/v1/namespaces/${namespace}/pods`),
    listIfAllowed(reader, `/apis/apps/v1/namespaces/${namespace}/replicasets`),
    listIfAllowed(reader, `/apis/batch/v1/namespaces/${namespace}/jobs`),
    listIfAllowed(reader, `/api/v1/namespaces/${namespace}/persistentvolumeclaims`),
    listIfAllowed(reader, '/api/v1/nodes'),
    readWebhookHealth(
      (path) => listIfAllowed(reader, path),
      releases.map((release) => release.name),
      namespace,
    ),
    ...['deployments', 'statefulsets', 'daemonsets'].map((resource) =>
      listIfAllowed(reader, `/apis/apps/v1/namespaces/${namespace}/${resource}`),
    ),
  ]);
  const all = workloads.flat();
  const names = new Set(releases.map((release) => release.name));
  const releaseFor = releaseFinder([...replicaSets, ...jobs, ...all], names);
  return [
    ...pods.map((pod) => forgiveRetries(podHealth(pod, releaseFor(pod)), pod, jobs)),
    ...[...all, ...jobs].map((workload) => workloadHealth(workload, releaseFor(workload))),
    ...claims.map((claim) => claimHealth(claim, releaseFor(claim))),
    ...nodes.map(nodeHealth).filter((node) => node.state === 'unhealthy'),
    ...webhooks,
  ];
}

async function listIfAllowed(reader: ClusterReader, path: string): Promise<readonly KubeObject[]> {
  try {
    return await reader.list(path);
  } catch (error) {
    // 404: a cluster that does not serve the kind has none of it.
    if (isProblem(error) && (error.code === 'CLUSTER_REFUSED' || error.code === 'OBJECT_ABSENT')) return [];
    throw error;
  }
}

/** Finds the release of an object by helm's annotation, on it or on what owns it. */
function releaseFinder(
  owners: readonly KubeObject[],
  names: ReadonlySet<string>,
): (object: KubeObject) => string | undefined {
  const byUid = new Map(owners.map((owner) => [uidOf(owner), owner]));
  const find = (object: KubeObject, depth: number): string | undefined => {
    const name = object.metadata.annotations?.['meta.helm.sh/release-name'];
    if (name !== undefined) return names.has(name) ? name : undefined;
    const owner = byUid.get(controllerOf(object)?.uid ?? '');
    return owner === undefined || depth > 4 ? undefined : find(owner, depth + 1);
  };
  return (object) => find(object, 0);
}
