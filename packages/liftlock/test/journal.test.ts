import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openJournal } from '../src/adapters/journal/sqlite-journal.ts';
import type { Problem } from '../src/model/problem.ts';
import { Redactor } from '../src/model/redaction.ts';

const at = new Date('2026-11-21T10:00:00Z');
const source = new URL('../src/', import.meta.url);
let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'liftlock-test-'));
  file = join(folder, 'state', 'site', 'journal.db');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function problemOf(act: () => unknown): Problem {
  try {
    act();
  } catch (error) {
    return error as Problem;
  }
  return expect.fail('nothing was thrown');
}

function run(command: string, args: readonly string[]): Promise<{ code: number | null; output: string }> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, output })));
}

test('entries come back as they were written, numbered without gaps, run by run', () => {
  const journal = openJournal(file, new Redactor());
  const first = journal.append('run-1', { type: 'resumed', who: 'ana' }, at);
  expect(first).toEqual({ run: 'run-1', sequence: 1, at: '2026-11-21T10:00:00.000Z', type: 'resumed', who: 'ana' });
  journal.append('run-2', { type: 'note', text: 'other' }, new Date(at.getTime() + 1000));
  const second = journal.append('run-1', { type: 'note', step: 'ui/upgrade', text: 'tab\t "quoted" ü' }, at);
  expect(second.sequence).toBe(2);
  journal.close();
  const again = openJournal(file, new Redactor());
  expect(again.entries('run-1')).toEqual([first, second]);
  expect(again.entries('none')).toEqual([]);
  expect(again.runs()).toEqual([
    { run: 'run-2', startedAt: '2026-11-21T10:00:01.000Z', entries: 1 },
    { run: 'run-1', startedAt: '2026-11-21T10:00:00.000Z', entries: 2 },
  ]);
  again.close();
});

test('file and folder are private', () => {
  openJournal(file, new Redactor()).close();
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(statSync(join(folder, 'state')).mode & 0o777).toBe(0o700);
  expect(statSync(join(folder, 'state', 'site')).mode & 0o777).toBe(0o700);
});

test('no learned secret reaches the disk, whatever JSON makes of it', () => {
  const redactor = new Redactor();
  const secrets = ['canary-one', 'canary "two" \\ with\nlines', '8675309'];
  for (const secret of secrets) redactor.learn(secret);
  const journal = openJournal(file, redactor);
  const text = `a ${secrets[0]} b ${secrets[1]} c`;
  const entry = journal.append('run', { type: 'note', text }, at);
  expect(entry).toMatchObject({ type: 'note', text: 'a ******** b ******** c' });
  journal.append(
    'run',
    { type: 'baseline', health: { 'canary-one': 1, seconds: 8675309, deep: { token: 'x canary-one' } } },
    at,
  );
  const details = journal.entries('run')[1];
  expect(details?.type).toBe('baseline');
  expect(JSON.stringify(details)).toContain('"token":"x ********"');
  journal.close();
  for (const name of readdirSync(join(folder, 'state', 'site'))) {
    const bytes = readFileSync(join(folder, 'state', 'site', name), 'latin1');
    expect(bytes).not.toContain('two');
    expect(bytes).not.toContain('x canary-one');
  }
});

test('append-only: entries are neither changed nor deleted nor replaced, and have no gaps', () => {
  const journal = openJournal(file, new Redactor());
  journal.append('run', { type: 'run-finished' }, at);
  const other = new DatabaseSync(file);
  expect(() => other.exec("UPDATE entries SET body = '{}'")).toThrow('append-only');
  expect(() => other.exec('DELETE FROM entries')).toThrow('append-only');
  expect(() => other.exec("INSERT OR REPLACE INTO entries VALUES ('run', 1, '', '', '{}')")).toThrow('no gaps');
  expect(() => other.exec("INSERT INTO entries VALUES ('run', 3, '', '', '{}')")).toThrow('no gaps');
  other.close();
  expect(journal.entries('run')).toHaveLength(1);
  journal.close();
});

test('two processes append at once: every number once', async () => {
  openJournal(file, new Redactor()).close();
  const script = `
    import { openJournal } from '${new URL('adapters/journal/sqlite-journal.ts', source).href}';
    import { Redactor } from '${new URL('model/redaction.ts', source).href}';
    const journal = openJournal(process.argv[1], new Redactor());
    for (let i = 0; i < 50; i += 1) journal.append('run', { type: 'note', text: String(i) }, new Date());`;
  const child = () => run(process.execPath, ['--input-type=module', '-e', script, file]);
  const results = await Promise.all([child(), child()]);
  expect(results).toEqual([
    { code: 0, output: '' },
    { code: 0, output: '' },
  ]);
  const journal = openJournal(file, new Redactor());
  expect(journal.entries('run').map((entry) => entry.sequence)).toEqual(
    Array.from({ length: 100 }, (_, index) => index + 1),
  );
  journal.close();
});

test('O8: who knows less of a run than its journal has writes no more: another process has gone on with it', () => {
  const [first, second] = [openJournal(file, new Redactor()), openJournal(file, new Redactor())];
  expect(first.append('run', { type: 'note', text: 'mine' }, at, 0).sequence).toBe(1);
  expect(second.append('run', { type: 'resumed', who: 'ana' }, at, 1).sequence).toBe(2);
  expect(problemOf(() => first.append('run', { type: 'note', text: 'late' }, at, 1))).toMatchObject({
    code: 'LEASE_LOST',
    touched: 'unknown',
  });
  expect(first.entries('run').map(({ type }) => type)).toEqual(['note', 'resumed']);
  first.close();
  second.close();
});

test('what was appended survives SIGKILL of its writer', async () => {
  const script = `
    import { openJournal } from '${new URL('adapters/journal/sqlite-journal.ts', source).href}';
    import { Redactor } from '${new URL('model/redaction.ts', source).href}';
    const journal = openJournal(process.argv[1], new Redactor());
    journal.append('run', { type: 'act-started', step: 'ui/upgrade' }, new Date());
    process.kill(process.pid, 'SIGKILL');`;
  await run(process.execPath, ['--input-type=module', '-e', script, file]);
  const journal = openJournal(file, new Redactor());
  expect(journal.entries('run')).toMatchObject([{ type: 'act-started', step: 'ui/upgrade', sequence: 1 }]);
  journal.close();
});

test('a journal of a newer liftlock is refused, and left as it is', () => {
  openJournal(file, new Redactor()).close();
  const newer = new DatabaseSync(file);
  newer.exec('PRAGMA user_version = 7');
  newer.close();
  const problem = problemOf(() => openJournal(file, new Redactor()));
  expect(problem).toMatchObject({ code: 'JOURNAL_TOO_NEW', exitCode: 3, details: { version: 7 } });
});

test('a damaged journal is named with its way out', () => {
  openJournal(file, new Redactor()).close();
  writeFileSync(file, 'this is no database, but it is long enough to look at '.repeat(100));
  const problem = problemOf(() => openJournal(file, new Redactor()));
  expect(problem).toMatchObject({ code: 'JOURNAL_DAMAGED', exitCode: 3 });
  expect(problem.advice.join(' ')).toContain(`mv ${file}`);
});

test('pages that were overwritten in the middle are noticed at opening', () => {
  const journal = openJournal(file, new Redactor());
  for (let index = 0; index < 200; index += 1) journal.append('run', { type: 'note', text: 'x'.repeat(500) }, at);
  journal.close();
  const bytes = readFileSync(file);
  bytes.fill(0xff, 8192, 16_384);
  writeFileSync(file, bytes);
  expect(problemOf(() => openJournal(file, new Redactor())).code).toBe('JOURNAL_DAMAGED');
});

test('a place that cannot be written is named', () => {
  writeFileSync(join(folder, 'state'), 'a file where a folder should be');
  const problem = problemOf(() => openJournal(file, new Redactor()));
  expect(problem).toMatchObject({ code: 'JOURNAL_UNWRITABLE', exitCode: 3 });
  expect(problem.message).toContain(file);
});

test.skipIf(!existsSync('/bin/sh'))(
  'a disk that fills up is named, and what was written before stays readable',
  async () => {
    const script = `
    import { openJournal } from '${new URL('adapters/journal/sqlite-journal.ts', source).href}';
    import { Redactor } from '${new URL('model/redaction.ts', source).href}';
    process.on('SIGXFSZ', () => undefined);
    const journal = openJournal(process.argv[1], new Redactor());
    let count = 0;
    try { for (; ; count += 1) journal.append('run', { type: 'note', text: 'x'.repeat(1000) }, new Date()); }
    catch (error) { console.log(JSON.stringify({ code: error.code, count })); }`;
    const { output } = await run('/bin/sh', [
      '-c',
      'ulimit -f 128; exec "$@"',
      'sh',
      process.execPath,
      '--input-type=module',
      '-e',
      script,
      file,
    ]);
    const { code, count } = JSON.parse(output) as { code: string; count: number };
    expect(code).toBe('JOURNAL_UNWRITABLE');
    const journal = openJournal(file, new Redactor());
    expect(journal.entries('run')).toHaveLength(count);
    journal.close();
  },
);
