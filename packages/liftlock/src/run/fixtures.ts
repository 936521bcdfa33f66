import { deployment, pod, replicaSet } from '../findings/faults/fixtures.ts';
import type { KubeObject } from '../model/kube.ts';
import type { ClusterReader } from '../model/ports.ts';
import { Problem } from '../model/problem.ts';

/** A release whose new pod is not ready while the old one stays, in the namespace `prod`. */
export const waitingRelease: readonly KubeObject[] = [
  deployment({ status: { replicas: 2 } }),
  replicaSet(1),
  replicaSet(2),
  pod({ state: { running: {} }, started: true }, { status: { phase: 'Running' } }),
  pod({ state: { running: {} }, started: true }, { name: 'web-old', revision: 1, status: { phase: 'Running' } }),
];

/** A reader of these objects alone, in which some kinds may be listed and not watched. For tests. */
export function readerOf(objects: readonly KubeObject[], refused: readonly string[] = []): ClusterReader {
  const at = (path: string) => objects.filter((object) => path.endsWith(`/${object.kind.toLowerCase()}s`));
  const reader: Pick<ClusterReader, 'list' | 'watch'> = {
    list: async (path) => at(path),
    async watch(path, _options, onEvent, signal) {
      for (const object of at(path)) onEvent({ type: 'ADDED', object });
      if (refused.some((kind) => path.endsWith(`/${kind}`))) throw new Problem('CLUSTER_REFUSED', 'forbidden');
      if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    },
  };
  return reader as ClusterReader;
}
