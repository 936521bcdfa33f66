import { DatabaseSync } from 'node:sqlite';
import type { Entry } from '../../src/model/journal.ts';

const fixture = new URL('../fixtures/journals/format-1.sqlite', import.meta.url);

/** The entries of a run that was carried out: one that stopped at its second component. */
export function keptEntries(): readonly Entry[] {
  const database = new DatabaseSync(fixture, { readOnly: true });
  const rows = database.prepare('SELECT run, sequence, at, body FROM entries ORDER BY run, sequence').all();
  database.close();
  const entries = rows.map(({ run, sequence, at, body }) => ({
    ...(JSON.parse(String(body)) as Entry),
    run: String(run),
    sequence: Number(sequence),
    at: String(at),
  }));
  return entries.filter(({ run }) => run === entries[0]?.run);
}
