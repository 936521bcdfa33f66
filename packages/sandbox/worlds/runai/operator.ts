import { setTimeout as sleep } from 'node:timers/promises';

interface Reads {
  get(path: string): Promise<unknown>;
  patch(path: string, patch: unknown): Promise<unknown>;
}

interface RunaiConfig {
  readonly metadata: { readonly generation?: number };
  readonly status?: { readonly observedGeneration?: number };
}

/**
 * Does what the vendor's operator does with `runaiconfig`: says that all services of the cluster part are available, as often
 * as it was changed. It works until it is stopped; where the object is missing it waits for it.
 */
export function playOperator(api: Reads, namespace: string): { stop(): Promise<void> } {
  const path = `/apis/run.ai/v1/namespaces/${namespace}/runaiconfigs/runai`;
  const stopping = new AbortController();
  const work = async () => {
    while (!stopping.signal.aborted) {
      const config = (await api.get(path).catch(() => undefined)) as RunaiConfig | undefined;
      const generation = config?.metadata.generation;
      if (config !== undefined && config.status?.observedGeneration !== generation) {
        const conditions = [{ type: 'Available', status: 'True', reason: 'AllServicesAvailable' }];
        // It may have gone in between.
        await api.patch(`${path}/status`, { status: { observedGeneration: generation, conditions } }).catch(() => null);
      }
      await sleep(200, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  };
  const done = work();
  return {
    stop: async () => {
      stopping.abort();
      await done;
    },
  };
}
