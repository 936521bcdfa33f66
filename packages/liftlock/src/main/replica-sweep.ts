import { openReplicaWriter } from '../adapters/cluster/replica-writer.ts';
import { allSteps, type RunState } from '../journal/fold.ts';
import type { WriterLease } from '../model/ports.ts';
import { isProblem } from '../model/problem.ts';
import type { ReplicaKey } from '../model/replica.ts';
import { findRuns, type FoundRun } from './found-runs.ts';
import type { OpenSite } from './open-site.ts';
import { successorOf } from './superseded.ts';

/** Days for which the inputs of a run stay that may still be wanted; the site may say another number. */
const keepDays = 7;
/** Records that stay for `history`, the newest of a site. */
const keepRecords = 10;
const dayMs = 86_400_000;

/**
 * True for a run whose inputs nobody needs any more: it is finished, nothing of it has failed, and it took nothing away that
 * would have to be put back.
 */
export function isClosed(state: RunState): boolean {
  const steps = allSteps(state);
  return (
    state.status === 'finished' &&
    !steps.some(
      ({ step, faults, problem }) => step.kind === 'helm-uninstall' || faults.length > 0 || problem !== undefined,
    )
  );
}

/** What is to be removed of the runs of a site. */
export interface Sweep {
  readonly inputs: readonly FoundRun[];
  readonly whole: readonly FoundRun[];
}

/**
 * Runs that are over for longer than they are kept: finished, or left behind by a later one that is. What is under way, and what
 * somebody may still go on with, stays.
 * @param runs of one site, the newest first
 */
export function sweepOf(runs: readonly FoundRun[], now: Date, days: number = keepDays): Sweep {
  const over = runs.filter(({ entries, state }, index) => {
    const last = Date.parse(entries.at(-1)?.at ?? '');
    const finished = runs.slice(0, index).flatMap((later) => (later.state.status === 'finished' ? [later.state] : []));
    const isOver = state.status === 'finished' || isLeftBehind(state, finished);
    return isOver && now.getTime() - last >= days * dayMs;
  });
  const old = new Set(runs.slice(keepRecords).map(({ run }) => run));
  return { inputs: over.filter(({ run }) => !old.has(run)), whole: over.filter(({ run }) => old.has(run)) };
}

/** Nobody may go on with it any more: a later run has made another state of its releases. One without releases may never be. */
function isLeftBehind(state: RunState, finished: readonly RunState[]): boolean {
  const steps = allSteps(state);
  if (isHalfway(steps)) return false;
  if (!steps.some(({ step }) => 'release' in step)) return finished.length > 0;
  return successorOf(state, finished) !== undefined;
}

/** Between uninstall and installation: what was put aside may be all that there is. */
function isHalfway(steps: RunState['steps']): boolean {
  const gone = new Set(
    steps.flatMap(({ step, wasTried }) => (step.kind === 'helm-uninstall' && wasTried ? [step.component] : [])),
  );
  return steps.some(
    ({ step, phase }) =>
      step.kind === 'helm-upgrade' && step.reinstalls === true && phase !== 'settled' && gone.has(step.component),
  );
}

/** Removes what nobody needs any more of the earlier runs of a site. What cannot be removed is tried again by the next run. */
export async function sweepReplicas(site: OpenSite, lease: Pick<WriterLease, 'mayWrite'>): Promise<void> {
  const { namespace, platform, site: described } = site;
  const question = { namespace, platform: platform.metadata.name, site: described.metadata.name };
  try {
    const { runs } = await findRuns(site.reader, question);
    const { inputs, whole } = sweepOf(runs, site.clock.now(), described.keepRuns);
    const writer = site.connection.fencedWriter(() => lease.mayWrite());
    const writerOf = async (key: ReplicaKey) => openReplicaWriter({ reader: site.reader, writer, key });
    for (const found of inputs) await orLater(async () => (await writerOf(found)).removeInputs());
    for (const found of whole) await orLater(async () => (await writerOf(found)).removeAll());
  } catch (error) {
    if (!isProblem(error)) throw error;
  }
}

/** One run that cannot be removed keeps no other one. */
async function orLater(remove: () => Promise<void>): Promise<void> {
  await remove().catch((error: unknown) => {
    if (!isProblem(error)) throw error;
  });
}
