import { chmodSync, closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Entry, EntryBody } from '../../model/journal.ts';
import type { JournalStore } from '../../model/ports.ts';
import { exitCodes, Problem } from '../../model/problem.ts';
import type { Redactor } from '../../model/redaction.ts';
import { isEmptied, journalFormat, versionOf } from './journal-format.ts';
import { journalProblem } from './journal-problem.ts';

const busyTimeoutMs = 5000;

const schema = `
  CREATE TABLE entries (
    run TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    at TEXT NOT NULL,
    type TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (run, sequence)
  ) STRICT;
  CREATE TRIGGER entries_are_not_changed BEFORE UPDATE ON entries
    BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
  CREATE TRIGGER entries_are_not_deleted BEFORE DELETE ON entries
    BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
  CREATE TRIGGER entries_have_no_gaps BEFORE INSERT ON entries
    WHEN NEW.sequence <> (SELECT coalesce(max(sequence), 0) + 1 FROM entries WHERE run = NEW.run)
    BEGIN SELECT RAISE(ABORT, 'the journal has no gaps'); END;
  PRAGMA user_version = ${journalFormat};
`;

/**
 * Opens the journal of one site: an SQLite file of mode 0600, made with its folder (0700) where it is absent. An entry is
 * on disk when `append` returns, and what is stored is masked.
 *
 * Problems, also of the store's methods: JOURNAL_TOO_NEW, JOURNAL_DAMAGED, JOURNAL_UNWRITABLE (no permission, read-only,
 * full), JOURNAL_BUSY (another process holds the file for more than 5 s); LEASE_LOST of `append`.
 */
export function openJournal(file: string, redactor: Redactor): JournalStore {
  const guarded = <T>(act: () => T): T => {
    try {
      return act();
    } catch (error) {
      throw journalProblem(error, file);
    }
  };
  const database = guarded(() => openDatabase(file));
  const { next, insert, select, runs } = guarded(() => prepare(database));

  function append(run: string, body: EntryBody, at: Date, after?: number): Entry {
    // What kind of entry it is stays to be read, whatever was learned.
    const text = JSON.stringify({ ...redactor.json(body), type: body.type });
    return guarded(() =>
      inTransaction(database, () => {
        // What this liftlock writes, one of an older format may not understand: from now on it is refused there.
        if (versionOf(database) < journalFormat) database.exec(`PRAGMA user_version = ${journalFormat}`);
        const sequence = Number(next.get(run)?.['next']);
        if (after !== undefined && sequence !== after + 1) throw goneOn(run);
        insert.run(run, sequence, at.toISOString(), body.type, text);
        return { ...(JSON.parse(text) as EntryBody), run, sequence, at: at.toISOString() };
      }),
    );
  }

  /** The entries that are missing here, as they are: they were masked where they were written, and are to stay equal. */
  function adopt(entries: readonly Entry[]): void {
    guarded(() =>
      inTransaction(database, () => {
        if (versionOf(database) < journalFormat) database.exec(`PRAGMA user_version = ${journalFormat}`);
        for (const { run, sequence, at, ...body } of entries)
          insert.run(run, sequence, at, body.type, JSON.stringify(body));
      }),
    );
  }

  return {
    append,
    adopt,
    entries: (run) =>
      guarded(() =>
        select.all(run).map((row) => ({
          ...(JSON.parse(String(row['body'])) as EntryBody),
          run: String(row['run']),
          sequence: Number(row['sequence']),
          at: String(row['at']),
        })),
      ),
    runs: () =>
      guarded(() =>
        runs.all().map((row) => ({
          run: String(row['run']),
          startedAt: String(row['startedAt']),
          entries: Number(row['entries']),
        })),
      ),
    close: () => database.close(),
  };
}

function openDatabase(file: string): DatabaseSync {
  refuseEmptied(file);
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  // SQLite makes files by the umask, and its own helper files after the database's mode.
  closeSync(openSync(file, 'a', 0o600));
  chmodSync(file, 0o600);
  const database = new DatabaseSync(file, { timeout: busyTimeoutMs });
  try {
    // A rollback journal and not WAL: state folders may lie on network file systems. EXTRA is FULL with the folder
    // synced too, without which the last entry may be gone after a power cut.
    database.exec('PRAGMA journal_mode = DELETE; PRAGMA synchronous = EXTRA; PRAGMA trusted_schema = OFF;');
    if (versionOf(database) === 0) {
      inTransaction(database, () => {
        // Another process may have made it while this one waited.
        if (versionOf(database) === 0) database.exec(schema);
      });
    }
    refuseNewer(versionOf(database), file);
    const verdict = database.prepare('PRAGMA quick_check(1)').get()?.['quick_check'];
    if (verdict !== 'ok') throw new SyntaxError(String(verdict));
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Whoever has the lease writes; one that was paused past it finds what its successor has written. */
function goneOn(run: string): Problem {
  return new Problem('LEASE_LOST', `Another process of this machine has gone on with run ${run}.`, {
    touched: 'unknown',
    exitCode: exitCodes.failed,
    advice: ['See who is at work: liftlock status'],
  });
}

function prepare(database: DatabaseSync) {
  return {
    next: database.prepare('SELECT coalesce(max(sequence), 0) + 1 AS next FROM entries WHERE run = ?'),
    insert: database.prepare('INSERT INTO entries (run, sequence, at, type, body) VALUES (?, ?, ?, ?, ?)'),
    select: database.prepare('SELECT run, sequence, at, body FROM entries WHERE run = ? ORDER BY sequence'),
    runs: database.prepare(`
      SELECT run, min(at) AS startedAt, count(*) AS entries FROM entries
      GROUP BY run ORDER BY min(rowid) DESC
    `),
  };
}

function refuseNewer(version: number, file: string): void {
  if (version <= journalFormat) return;
  throw new Problem('JOURNAL_TOO_NEW', `The journal ${file} was written by a newer liftlock (format ${version}).`, {
    advice: ['Use that liftlock, or a newer one, for this site.'],
    details: { file, version, known: journalFormat },
  });
}

/** A file of a few bytes would be taken for a new journal, and the runs that it had told of would be forgotten. */
function refuseEmptied(file: string): void {
  if (isEmptied(file)) throw new SyntaxError('next to nothing of the file is left');
}

/** Takes the write lock first, so that two processes cannot choose the same number. */
function inTransaction<T>(database: DatabaseSync, act: () => T): T {
  database.exec('BEGIN IMMEDIATE');
  try {
    const result = act();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    // SQLite has rolled back by itself after some errors, a full disk among them.
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}
