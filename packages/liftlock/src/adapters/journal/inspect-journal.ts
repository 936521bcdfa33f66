import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Entry, EntryBody } from '../../model/journal.ts';
import { isProblem, type Problem } from '../../model/problem.ts';
import { isEmptied, journalFormat, versionOf } from './journal-format.ts';
import { journalProblem } from './journal-problem.ts';

/** How a journal is, seen without changing it. */
export type JournalHealth =
  | {
      readonly state: 'readable';
      readonly format: number;
      /** The process that wrote it died in the middle of an entry; the next liftlock that opens it takes that one back. */
      readonly wasCutOff: boolean;
      /** By run, the one that began last first. */
      readonly runs: readonly (readonly Entry[])[];
    }
  | { readonly state: 'newer'; readonly format: number }
  | { readonly state: 'refused'; readonly problem: Problem };

/**
 * Looks into a journal, and leaves it as it is: read-only, and where an entry was cut off, in a copy. Errors of the file system
 * and of SQLite are its answer.
 */
export function inspectJournal(file: string): JournalHealth {
  const wasCutOff = existsSync(`${file}-journal`);
  try {
    if (isEmptied(file)) throw new SyntaxError('next to nothing of the file is left');
    return wasCutOff ? inCopy(file) : look(file, false);
  } catch (error) {
    const problem = journalProblem(error, file);
    if (isProblem(problem)) return { state: 'refused', problem };
    throw error;
  }
}

function inCopy(file: string): JournalHealth {
  const folder = mkdtempSync(join(tmpdir(), `liftlock-journal-${process.pid}-`));
  try {
    const copy = join(folder, basename(file));
    copyFileSync(file, copy);
    copyFileSync(`${file}-journal`, `${copy}-journal`);
    return look(copy, true);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function look(file: string, wasCutOff: boolean): JournalHealth {
  // A rollback journal is played back by whoever may write: the copy is nobody's.
  const database = new DatabaseSync(file, { readOnly: !wasCutOff, timeout: 5000 });
  try {
    database.exec('PRAGMA trusted_schema = OFF');
    const format = versionOf(database);
    if (format > journalFormat) return { state: 'newer', format };
    const verdict = database.prepare('PRAGMA quick_check(1)').get()?.['quick_check'];
    if (verdict !== 'ok') throw new SyntaxError(String(verdict));
    const runs = new Map<string, Entry[]>();
    // A file without anything has no table yet.
    if (format > 0) {
      for (const row of database.prepare('SELECT run, sequence, at, body FROM entries ORDER BY rowid').all()) {
        const entry = {
          ...(JSON.parse(String(row['body'])) as EntryBody),
          run: String(row['run']),
          sequence: Number(row['sequence']),
          at: String(row['at']),
        };
        runs.set(entry.run, [...(runs.get(entry.run) ?? []), entry]);
      }
    }
    return { state: 'readable', format, wasCutOff, runs: [...runs.values()].toReversed() };
  } finally {
    database.close();
  }
}
