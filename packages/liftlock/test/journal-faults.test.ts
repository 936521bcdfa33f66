import { spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { inspectJournal } from '../src/adapters/journal/inspect-journal.ts';
import { journalFormat } from '../src/adapters/journal/journal-format.ts';
import { openJournal } from '../src/adapters/journal/sqlite-journal.ts';
import type { Problem } from '../src/model/problem.ts';
import { Redactor } from '../src/model/redaction.ts';

const at = new Date('2026-11-21T10:00:00Z');
const source = new URL('../src/', import.meta.url);
let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'liftlock-test-'));
  file = join(folder, 'site', 'journal.sqlite');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** What opening says, or the entries of the run. */
function openingOf(path: string): string {
  try {
    const journal = openJournal(path, new Redactor());
    try {
      return `${journal.entries('run').length} entries`;
    } finally {
      journal.close();
    }
  } catch (error) {
    return (error as Problem).code;
  }
}

function lookAt(path: string): string {
  const health = inspectJournal(path);
  if (health.state === 'refused') return health.problem.code;
  return health.state === 'newer' ? 'newer' : `${health.runs[0]?.length ?? 0} entries`;
}

function fill(entries: number): void {
  const journal = openJournal(file, new Redactor());
  for (let index = 0; index < entries; index += 1)
    journal.append('run', { type: 'note', text: `${index} ${'x'.repeat(400)}` }, at);
  journal.close();
}

test('a journal that is cut off anywhere is named as damaged, and left as it is; nothing is forgotten in silence', () => {
  fill(60);
  const { length } = readFileSync(file);
  const wrong: string[] = [];
  let seed = 20_261_121;
  const places = Array.from({ length: 60 }, () => {
    seed = (seed * 48_271) % 2_147_483_647;
    return 1 + (seed % (length - 1));
  });
  for (const place of [1, 99, 100, 4096, 8192, length - 1, ...places]) {
    const cut = join(folder, `cut-${place}`);
    copyFileSync(file, cut);
    truncateSync(cut, place);
    const before = readFileSync(cut);
    const said = [lookAt(cut), openingOf(cut)];
    if (said.join() !== 'JOURNAL_DAMAGED,JOURNAL_DAMAGED') wrong.push(`${place}: ${said.join()}`);
    if (!readFileSync(cut).equals(before)) wrong.push(`${place} was changed`);
  }
  expect(wrong).toEqual([]);
});

test('a journal without a byte beside run folders is damaged; without them it is a new one', () => {
  mkdirSync(join(folder, 'site', 'runs', '20261121-100000-ab12'), { recursive: true });
  writeFileSync(file, '');
  expect([lookAt(file), openingOf(file)]).toEqual(['JOURNAL_DAMAGED', 'JOURNAL_DAMAGED']);
  expect(readFileSync(file)).toHaveLength(0);
  rmSync(join(folder, 'site', 'runs'), { recursive: true });
  expect([lookAt(file), openingOf(file)]).toEqual(['0 entries', '0 entries']);
});

test('an entry that was cut off in the middle of its writing is taken back, and a look does not touch it', async () => {
  fill(3);
  // Killed with the pages of a large entry spilled into the file and the transaction open: the rollback journal is hot.
  const script = `
    import { DatabaseSync } from 'node:sqlite';
    const database = new DatabaseSync(process.argv[1]);
    database.exec('PRAGMA cache_size = 1; PRAGMA cache_spill = 1; BEGIN IMMEDIATE');
    const insert = database.prepare("INSERT INTO entries VALUES ('run', ?, '2026-11-21T10:00:00.000Z', 'note', ?)");
    for (let n = 4; n < 60; n += 1) insert.run(n, JSON.stringify({ type: 'note', text: 'y'.repeat(3000) }));
    process.kill(process.pid, 'SIGKILL');`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, file], { cwd: source, stdio: 'ignore' });
  await new Promise((resolve) => child.on('close', resolve));
  const [before, journal] = [readFileSync(file), readFileSync(`${file}-journal`)];
  expect(before.includes('yyyy')).toBe(true);
  expect(inspectJournal(file)).toMatchObject({ state: 'readable', wasCutOff: true, runs: [{ length: 3 }] });
  expect([readFileSync(file).equals(before), readFileSync(`${file}-journal`).equals(journal)]).toEqual([true, true]);
  expect(openingOf(file)).toBe('3 entries');
});

test('a journal of the first format is read as it is, and becomes of this format with the next entry', () => {
  fill(2);
  const older = new DatabaseSync(file);
  older.exec('PRAGMA user_version = 1');
  older.close();
  expect(openingOf(file)).toBe('2 entries');
  expect(inspectJournal(file)).toMatchObject({ state: 'readable', format: 1 });
  const journal = openJournal(file, new Redactor());
  journal.append('run', { type: 'resumed', who: 'ana' }, at);
  journal.close();
  expect(inspectJournal(file)).toMatchObject({ state: 'readable', format: journalFormat, runs: [{ length: 3 }] });
});

test('a clock that was set back does not change which run is the newest', () => {
  const journal = openJournal(file, new Redactor());
  journal.append('first', { type: 'note', text: '' }, at);
  journal.append('second', { type: 'note', text: '' }, new Date(at.getTime() - 3_600_000));
  expect(journal.runs().map(({ run }) => run)).toEqual(['second', 'first']);
  journal.close();
});
