import type { Entry, EntryBody } from '../model/journal.ts';
import { isProblem } from '../model/problem.ts';

/** Entries that tell of what goes on while helm works. Nothing is begun on their account, and nobody awaits them. */
const telling: ReadonlySet<EntryBody['type']> = new Set(['note', 'fault', 'migration-started', 'evidence']);

export interface EmitParts {
  append(body: EntryBody): Entry;
  /** False where another process may be telling of this run by now: what only tells waits until that is known. */
  isSure(): boolean;
  /** Shows an entry to whoever looks on. */
  show(entry: Entry): void;
  /** For an entry that is shown before it can be written. */
  unwritten(body: EntryBody): Entry;
  /** Told once, when the journal cannot be written. */
  onLost(why: string): void;
}

/**
 * Writes entries down in order. Where the journal cannot be written, those that only tell are shown and kept until it can: the
 * watch beside helm must not break off for them, since helm is at work. An intent or an outcome that cannot be written throws,
 * so that no act is begun.
 */
export function makeEmit({ append, isSure, show, unwritten, onLost }: EmitParts): (body: EntryBody) => void {
  const late: EntryBody[] = [];
  let isLost = false;
  const keep = (body: EntryBody) => {
    late.push(body);
    show(unwritten(body));
  };
  return (body) => {
    const isTelling = telling.has(body.type);
    if (isTelling && !isSure()) {
      keep(body);
      return;
    }
    try {
      while (late[0] !== undefined) {
        append(late[0]);
        late.shift();
      }
      show(append(body));
    } catch (error) {
      if (!isTelling || !isProblem(error) || !/^(JOURNAL_|LEASE_LOST$)/.test(error.code)) throw error;
      keep(body);
      if (!isLost) onLost(error.message);
      isLost = true;
    }
  };
}
