import type { Entry } from '../model/journal.ts';
import { canonicalJson } from '../model/json.ts';
import { Problem } from '../model/problem.ts';
import type { ReplicaRun } from '../model/replica.ts';

/** How this machine's journal of a run stands to another one of the same run. */
export type Agreement = 'same' | 'ahead' | 'behind' | 'different';

/** Of two journals of one run the longer one counts, where the shorter is its beginning. */
export function agreement(mine: readonly Entry[], other: readonly Entry[]): Agreement {
  const shared = Math.min(mine.length, other.length);
  for (let index = 0; index < shared; index += 1)
    if (canonicalJson(mine[index]) !== canonicalJson(other[index])) return 'different';
  if (mine.length === other.length) return 'same';
  return mine.length > other.length ? 'ahead' : 'behind';
}

/** Two machines have gone on with one run, each by itself. */
export function replicaDiffers({ run, namespace }: Pick<ReplicaRun, 'run' | 'namespace'>): Problem {
  return new Problem(
    'REPLICA_DIFFERS',
    `This machine's journal of run ${run} and the one in the namespace ${namespace} tell different things.`,
    {
      advice: [
        'Somebody has gone on with this run elsewhere: let them finish it there.',
        `Where nobody can any more, take it over from the cluster with a state folder of its own: XDG_STATE_HOME=FOLDER liftlock resume ${run} -n ${namespace}`,
        'Or plan from how things are now: liftlock apply',
      ],
    },
  );
}
