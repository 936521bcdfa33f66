import type { SiteMemory } from '../adapters/files/site-memory.ts';
import type { Decision } from '../model/finding.ts';
import type { ClusterReader } from '../model/ports.ts';
import { isProblem, Problem } from '../model/problem.ts';

/** What a cluster is known by. The UID is empty for who may not read it; where nothing is known, nothing is compared. */
export interface ClusterIdentity {
  readonly uid: string | undefined;
  readonly server: string | undefined;
}

/** The UID of the namespace kube-system, by which a cluster is known (O20); empty for who may not read it (O25). */
export async function clusterUid(reader: Pick<ClusterReader, 'find'>): Promise<string> {
  try {
    return (await reader.find('/api/v1/namespaces/kube-system'))?.metadata.uid ?? '';
  } catch (error) {
    if (isProblem(error) && error.details['status'] === 403) return '';
    throw error;
  }
}

/**
 * Refuses a cluster that is not the expected one (O20): by the UID, and by the server's URL where one of both UIDs is not
 * known.
 * @throws Problem WRONG_CLUSTER (exit 3)
 */
export async function refuseOtherCluster(
  reader: Pick<ClusterReader, 'find' | 'server' | 'context'>,
  expected: ClusterIdentity,
): Promise<void> {
  const uid = await clusterUid(reader);
  const hasUids = uid !== '' && (expected.uid ?? '') !== '';
  const here = `The context ${reader.context} (${reader.server})`;
  if (hasUids && expected.uid !== uid) {
    throw new Problem('WRONG_CLUSTER', `${here} is a cluster with the UID ${uid}; expected is ${expected.uid}.`, {
      advice: ['Choose the right cluster: --context, or the context of your kubeconfig.'],
    });
  }
  if (hasUids || (expected.server ?? reader.server) === reader.server) return;
  throw new Problem('WRONG_CLUSTER', `${here} may be another cluster than the one expected (${expected.server}).`, {
    advice: [
      'Choose the right cluster: --context, or the context of your kubeconfig.',
      'Is it the same behind another address? Then only the right to get the namespace kube-system can show it.',
    ],
  });
}

/** The memory with the cluster of a run: the first one, and another one only where someone allowed it. */
export function withCluster(
  memory: SiteMemory,
  cluster: { readonly uid: string; readonly server: string },
  decisions: readonly Decision[],
): SiteMemory {
  const known = memory.clusterUid ?? '';
  if (cluster.uid === '') return { ...memory, clusterServer: memory.clusterServer ?? cluster.server };
  const isAllowed = decisions.some((decision) => decision.remedy === `cluster:${cluster.uid}`);
  if (known !== '' && known !== cluster.uid && !isAllowed) return memory;
  return { ...memory, clusterUid: cluster.uid, clusterServer: cluster.server };
}
