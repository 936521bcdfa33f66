import { setTimeout as sleep } from 'node:timers/promises';

interface ClusterReads {
  get(path: string): Promise<unknown>;
}

interface Workload {
  readonly metadata: { readonly name: string; readonly generation?: number };
  readonly spec: { readonly replicas?: number };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly replicas?: number;
    readonly updatedReplicas?: number;
    readonly readyReplicas?: number;
  };
}

interface Pod {
  readonly metadata: { readonly name: string };
  readonly status?: { readonly conditions?: readonly { readonly status: string; readonly message?: string }[] };
}

/**
 * Returns when every Deployment and StatefulSet of the namespaces has all its replicas updated and ready; throws, and
 * names those that have not with what their pods' conditions say, when `deadlineMs` has passed.
 */
export async function awaitReady(
  api: ClusterReads,
  namespaces: readonly string[],
  deadlineMs = 120_000,
): Promise<void> {
  const end = Date.now() + deadlineMs;
  for (;;) {
    const waiting = (await Promise.all(namespaces.map(async (namespace) => readUnready(api, namespace)))).flat();
    if (waiting.length === 0) return;
    if (Date.now() > end) {
      const reasons = (await Promise.all(namespaces.map(async (namespace) => readReasons(api, namespace)))).flat();
      throw new Error(`not ready after ${deadlineMs / 1000} s: ${[...waiting, ...reasons].join('\n  ')}`);
    }
    await sleep(250);
  }
}

async function readUnready(api: ClusterReads, namespace: string): Promise<string[]> {
  const lists = await Promise.all(
    ['deployments', 'statefulsets'].map(async (resource) => {
      const path = `/apis/apps/v1/namespaces/${namespace}/${resource}`;
      const { items } = (await api.get(path)) as { items: Workload[] };
      return items
        .filter((workload) => !isReady(workload))
        .map(({ metadata }) => `${namespace}/${resource}/${metadata.name}`);
    }),
  );
  return lists.flat();
}

async function readReasons(api: ClusterReads, namespace: string): Promise<string[]> {
  const { items } = (await api.get(`/api/v1/namespaces/${namespace}/pods`)) as { items: Pod[] };
  return items.flatMap(({ metadata, status }) =>
    (status?.conditions ?? [])
      .filter((condition) => condition.status === 'False' && condition.message !== undefined)
      .map((condition) => `${namespace}/pods/${metadata.name}: ${condition.message ?? ''}`),
  );
}

function isReady({ metadata, spec, status }: Workload): boolean {
  const replicas = spec.replicas ?? 1;
  const isObserved = status?.observedGeneration === metadata.generation;
  const counts = [status?.replicas, status?.updatedReplicas, status?.readyReplicas];
  return isObserved && counts.every((count) => (count ?? 0) === replicas);
}
