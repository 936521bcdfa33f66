import { foldJournal, type RunState } from '../journal/fold.ts';
import type { Entry } from '../model/journal.ts';
import type { Clock, JournalStore } from '../model/ports.ts';

/** How often the journal is looked at. */
const journalPaceMs = 250;
/** How often the cluster is asked whether somebody still works at the run. */
const alivePaceMs = 2000;

export interface FollowParts {
  readonly store: JournalStore;
  readonly run: string;
  readonly clock: Clock;
  /** Aborted by an onlooker who leaves. */
  readonly signal: AbortSignal;
  /** False when nobody works at the run any more; undefined where that cannot be told. */
  readonly isAlive: () => Promise<boolean | undefined>;
  /** Every entry, the former ones too, in order. */
  readonly onEntry: (entry: Entry) => void;
}

/**
 * Why following ended: the run is over, the onlooker left, or nobody works at it any more though its journal has no end:
 * it was killed.
 */
export type FollowEnd = 'over' | 'left' | 'silent';

/** Follows a run of any process by its journal until it ends. Reads only. */
export async function followRun(parts: FollowParts): Promise<{ readonly end: FollowEnd; readonly state: RunState }> {
  const { store, run, clock, signal } = parts;
  let told: readonly Entry[] = [];
  let askedAt = clock.now().getTime();
  const catchUp = () => {
    if (store.runs().find((item) => item.run === run)?.entries === told.length) return;
    const all = store.entries(run);
    for (const entry of all.slice(told.length)) parts.onEntry(entry);
    told = all;
  };
  for (;;) {
    catchUp();
    const state = foldJournal(told);
    if (state.status !== 'running') return { end: 'over', state };
    if (signal.aborted) return { end: 'left', state };
    if (clock.now().getTime() - askedAt >= alivePaceMs) {
      askedAt = clock.now().getTime();
      if ((await parts.isAlive()) === false) {
        // Its last entries may have been written while the cluster was asked.
        catchUp();
        const last = foldJournal(told);
        return { end: last.status === 'running' ? 'silent' : 'over', state: last };
      }
    }
    await clock.sleep(journalPaceMs, signal);
  }
}
