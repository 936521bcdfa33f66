import { textAt } from '../findings/faults/read.ts';
import type { Platform } from '../model/platform.ts';
import type { ClusterReader } from '../model/ports.ts';
import { isProblem } from '../model/problem.ts';
import type { ClaimInfo, Unread } from '../model/snapshot.ts';

/** Every claim of a namespace, where a migration of the platform is about claims: they are compared afterwards. */
export async function readClaims(
  reader: Pick<ClusterReader, 'find' | 'list'>,
  { migrations }: Pick<Platform, 'migrations'>,
  namespace: string,
  unread: Unread[],
): Promise<readonly ClaimInfo[] | undefined> {
  const steps = migrations.flatMap((migration) => migration.steps);
  const names = new Set(steps.flatMap((step) => (step.kind === 'protect-claims' ? step.claims : [])));
  if (names.size === 0) return undefined;
  const claims = await reader.list(`/api/v1/namespaces/${namespace}/persistentvolumeclaims`);
  return Promise.all(
    claims.map(async ({ metadata, spec, status }) => {
      const volume = textAt(spec, 'volumeName');
      const policy = names.has(metadata.name) && volume !== '' ? await policyOf(volume, reader, unread) : undefined;
      return {
        name: metadata.name,
        uid: metadata.uid ?? '',
        // As kubectl shows it: it is Bound still, and goes with the pod that uses it.
        phase: metadata.deletionTimestamp === undefined ? textAt(status, 'phase') : 'Terminating',
        volume,
        ...(policy === undefined ? {} : { policy }),
      };
    }),
  );
}

/** Volumes belong to the cluster: many may not read them (O25). */
async function policyOf(
  volume: string,
  reader: Pick<ClusterReader, 'find'>,
  unread: Unread[],
): Promise<string | undefined> {
  try {
    const found = await reader.find(`/api/v1/persistentvolumes/${volume}`);
    return textAt(found?.spec, 'persistentVolumeReclaimPolicy') || undefined;
  } catch (error) {
    if (!isProblem(error)) throw error;
    unread.push({ what: `reclaim policy of volume ${volume}`, why: error.message });
    return undefined;
  }
}
