import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { openJournal } from '../adapters/journal/sqlite-journal.ts';
import { allSteps, foldJournal, type RunState } from '../journal/fold.ts';
import type { JournalStore } from '../model/ports.ts';
import { Redactor } from '../model/redaction.ts';
import { refuseForeignRuns } from './foreign-runs.ts';

export function journalFile(folder: string): string {
  return join(folder, 'journal.sqlite');
}

/** The site's journal, or undefined when the site never had a run on this machine. */
export function openExistingJournal(folder: string, redactor = new Redactor()): JournalStore | undefined {
  return existsSync(journalFile(folder)) ? openJournal(journalFile(folder), redactor) : undefined;
}

/**
 * Every run of a site, newest first.
 * @param folder the site's; a journal of another site is refused there (JOURNAL_OF_ANOTHER_SITE)
 */
export function readRuns(store: JournalStore, folder: string): readonly RunState[] {
  const runs = store.runs().map(({ run }) => foldJournal(store.entries(run)));
  refuseForeignRuns(folder, runs);
  return runs;
}

/** Seconds that the newest finished run took for each component: what to expect of the next. */
export function pastSeconds(folder: string): Readonly<Record<string, number>> {
  const store = openExistingJournal(folder);
  if (store === undefined) return {};
  try {
    const seconds: Record<string, number> = {};
    for (const state of readRuns(store, folder).toReversed()) {
      for (const { step, phase, actSeconds, confirmSeconds } of allSteps(state)) {
        if (step.kind !== 'helm-upgrade' || phase !== 'settled' || actSeconds === 0) continue;
        seconds[step.component] = Math.round(actSeconds + confirmSeconds);
      }
    }
    return seconds;
  } finally {
    store.close();
  }
}
