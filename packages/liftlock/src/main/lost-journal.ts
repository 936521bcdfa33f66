import { foldJournal, touchedBy } from '../journal/fold.ts';
import type { JournalStore } from '../model/ports.ts';
import { exitCodes, isProblem, Problem, type Touched } from '../model/problem.ts';

/**
 * What a run says that could not write its journal any more: whether the cluster was touched is in the entries before, and no act is
 * begun after them. Other errors come back as they are.
 */
export function lostJournal(error: unknown, run: string, store: Pick<JournalStore, 'entries'>): unknown {
  if (!isProblem(error) || !error.code.startsWith('JOURNAL_')) return error;
  const touched = touchedUntil(run, store);
  if (touched === 'no') return error;
  const { code, message, details } = error;
  return new Problem(code, `${message} The run stops: no step is begun that cannot be written down.`, {
    cause: error,
    details,
    touched,
    exitCode: exitCodes.failed,
    advice: [
      'See that its folder belongs to you and has room: liftlock doctor',
      `Then go on, beginning with a look at what the last step has done: liftlock resume ${run}`,
    ],
  });
}

function touchedUntil(run: string, store: Pick<JournalStore, 'entries'>): Touched {
  try {
    return touchedBy(foldJournal(store.entries(run)));
  } catch {
    return 'unknown';
  }
}
