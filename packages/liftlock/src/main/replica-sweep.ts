import { makeReplicaReader } from '../adapters/cluster/replica-reader.ts';
import { openReplicaWriter } from '../adapters/cluster/replica-writer.ts';
import { allSteps, foldJournal, type RunState } from '../journal/fold.ts';
import type { WriterLease } from '../model/ports.ts';
import { isProblem } from '../model/problem.ts';
import type { ReplicaRun } from '../model/replica.ts';
import type { OpenSite } from './open-site.ts';

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
  readonly inputs: readonly ReplicaRun[];
  readonly whole: readonly ReplicaRun[];
}

/**
 * Runs that are over for longer than they are kept: finished, or left behind by a later one that is. What is under way, and what
 * somebody may still go on with, stays.
 * @param runs of one site, the newest first; those that cannot be read are left alone
 */
export function sweepOf(runs: readonly ReplicaRun[], now: Date, days: number = keepDays): Sweep {
  const readable = runs.filter(({ entries }) => entries.length > 0);
  const folded = readable.map((replica) => ({ replica, state: foldJournal(replica.entries) }));
  const newestFinished = folded.find(({ state }) => state.status === 'finished')?.replica.run ?? '';
  const over = folded.filter(({ replica, state }) => {
    const last = Date.parse(replica.entries.at(-1)?.at ?? '');
    const isOver = state.status === 'finished' || replica.run < newestFinished;
    return isOver && now.getTime() - last >= days * dayMs;
  });
  const old = new Set(readable.slice(keepRecords).map(({ run }) => run));
  const names = over.map(({ replica }) => replica);
  return { inputs: names.filter(({ run }) => !old.has(run)), whole: names.filter(({ run }) => old.has(run)) };
}

/** Removes what nobody needs any more of the earlier runs of a site. What cannot be removed is tried again by the next run. */
export async function sweepReplicas(site: OpenSite, lease: Pick<WriterLease, 'mayWrite'>): Promise<void> {
  const { namespace, platform, site: described } = site;
  const question = { namespace, platform: platform.metadata.name, site: described.metadata.name };
  try {
    const { inputs, whole } = sweepOf(
      await makeReplicaReader(site.reader).runs(question),
      site.clock.now(),
      described.keepRuns,
    );
    const writer = site.connection.fencedWriter(() => lease.mayWrite());
    const writerOf = async (key: ReplicaRun) => openReplicaWriter({ reader: site.reader, writer, key });
    for (const replica of inputs) await (await writerOf(replica)).removeInputs();
    for (const replica of whole) await (await writerOf(replica)).removeAll();
  } catch (error) {
    if (!isProblem(error)) throw error;
  }
}
