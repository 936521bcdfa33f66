import { makeReplicaReader } from '../adapters/cluster/replica-reader.ts';
import { damaged } from '../adapters/cluster/replica-secrets.ts';
import { isPath } from '../adapters/files/site-paths.ts';
import { foldJournal, type RunState } from '../journal/fold.ts';
import type { Plan } from '../model/plan.ts';
import type { ClusterReader } from '../model/ports.ts';
import { exitCodes, isProblem, Problem } from '../model/problem.ts';
import type { ReplicaKey, ReplicaQuestion, ReplicaRun } from '../model/replica.ts';
import { clusterUid } from './cluster-uid.ts';

/** A run that the cluster tells of, and that may be believed as far as whoever writes Secrets beside its platform may be. */
export interface FoundRun extends ReplicaRun {
  readonly state: RunState;
}

/** A run that cannot be read, or that does not belong where it lies. */
export interface RefusedRun extends ReplicaKey {
  readonly problem: Problem;
}

/** What a cluster tells of runs. */
export interface FoundRuns {
  /** The newest first, by the cluster's clock. */
  readonly runs: readonly FoundRun[];
  readonly refused: readonly RefusedRun[];
}

/** Reads the runs that a cluster knows. Problems: those of the API. */
export async function findRuns(
  reader: Pick<ClusterReader, 'list' | 'find'>,
  question: ReplicaQuestion,
): Promise<FoundRuns> {
  const replicas = await makeReplicaReader(reader).runs(question);
  return judgeRuns(replicas, replicas.length === 0 ? '' : await clusterUid(reader));
}

/**
 * Tells runs that are what they say from others.
 * @param uid of the cluster; empty where it may not be read
 */
export function judgeRuns(replicas: readonly ReplicaRun[], uid: string): FoundRuns {
  const runs: FoundRun[] = [];
  const refused: RefusedRun[] = [];
  for (const replica of replicas) {
    try {
      const state = stateOf(replica);
      for (const entry of replica.entries) if (entry.type === 'hop-planned') refuseMisplaced(replica, entry.plan, uid);
      runs.push({ ...replica, state });
    } catch (error) {
      if (!isProblem(error)) throw error;
      const { namespace, platform, site, run } = replica;
      refused.push({ namespace, platform, site, run, problem: error });
    }
  }
  return { runs, refused };
}

/** Entries that each are right may still not go together. */
function stateOf({ unreadable, run, entries }: ReplicaRun): RunState {
  if (unreadable !== undefined) throw unreadable;
  try {
    return foldJournal(entries);
  } catch {
    throw damaged(run, 'its entries do not tell of a run');
  }
}

/** Who may write Secrets in one namespace decides nothing about another, and a copy of it tells nothing of the cluster it came to. */
function refuseMisplaced({ namespace, site, run }: ReplicaKey, plan: Plan, uid: string): void {
  const reason = whyMisplaced(namespace, site, plan, uid);
  if (reason === undefined) return;
  throw new Problem('REPLICA_MISPLACED', `The namespace ${namespace} holds run ${run} ${reason}.`, {
    exitCode: exitCodes.blocked,
    advice: [
      ...(plan.site.namespace === namespace ? [] : [`Name the namespace of your platform: -n ${plan.site.namespace}`]),
      `See who has made it: kubectl get secrets -n ${namespace} -l liftlock.dev/run=${run} -o yaml`,
    ],
  });
}

function whyMisplaced(namespace: string, site: string, plan: Plan, uid: string): string | undefined {
  if (plan.site.namespace !== namespace)
    return `of a platform in the namespace ${plan.site.namespace}: a run lies beside its platform`;
  if (plan.site.name !== site) return `of the site ${plan.site.name}, and its labels say ${site}`;
  if (isPath(plan.platform.name)) return `of the platform ${plan.platform.name}, which is a path`;
  if (uid === '' || plan.cluster.uid === '' || plan.cluster.uid === uid) return undefined;
  return `of another cluster, with the UID ${plan.cluster.uid}: it was copied to this one`;
}
