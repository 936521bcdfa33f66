import { gzipSync } from 'node:zlib';
import { deployment, pod, replicaSet } from '../findings/faults/fixtures.ts';
import type { JsonObject } from '../model/json.ts';
import type { KubeObject } from '../model/kube.ts';
import type { ClusterReader } from '../model/ports.ts';
import { Problem } from '../model/problem.ts';
import type { ReleaseStatus } from '../model/snapshot.ts';
import type { HelmUpgradeStep } from '../model/step.ts';

/** A release whose new pod is not ready while the old one stays, in the namespace `prod`. */
export const waitingRelease: readonly KubeObject[] = [
  deployment({ status: { replicas: 2 } }),
  replicaSet(1),
  replicaSet(2),
  pod({ state: { running: {} }, started: true }, { status: { phase: 'Running' } }),
  pod({ state: { running: {} }, started: true }, { name: 'web-old', revision: 1, status: { phase: 'Running' } }),
];

/** An upgrade of the release of which `recordOf` tells, as far as revisions are compared with it. For tests. */
export const uiUpgrade = {
  kind: 'helm-upgrade',
  id: 'ui/upgrade',
  release: 'ui',
  namespace: 'codemie',
  chart: { version: '2.2.5' },
} as HelmUpgradeStep;

/** One revision of a release as helm stores it, with no objects but its hooks. For tests. */
export function recordOf(
  release: string,
  revision: number,
  status: ReleaseStatus,
  version: string,
  {
    hooks = [],
    createdAt = '2026-11-21T10:00:00Z',
  }: { readonly hooks?: readonly JsonObject[]; readonly createdAt?: string } = {},
): KubeObject {
  const payload = {
    name: release,
    namespace: 'codemie',
    version: revision,
    info: { status, last_deployed: '2026-11-21T10:00:00Z', description: '' },
    chart: { metadata: { name: release, version, appVersion: version }, values: {} },
    config: {},
    manifest: '',
    hooks,
  };
  const packed = Buffer.from(gzipSync(JSON.stringify(payload)).toString('base64')).toString('base64');
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'helm.sh/release.v1',
    metadata: {
      name: `sh.helm.release.v1.${release}.v${revision}`,
      namespace: 'codemie',
      creationTimestamp: createdAt,
      labels: { owner: 'helm', name: release, version: String(revision), status },
    },
    data: { release: packed },
  };
}

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
