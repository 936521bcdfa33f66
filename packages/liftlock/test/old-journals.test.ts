import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openJournal } from '../src/adapters/journal/sqlite-journal.ts';
import { foldJournal } from '../src/journal/fold.ts';
import { nextAction } from '../src/journal/next-action.ts';
import type { Entry } from '../src/model/journal.ts';
import { Redactor } from '../src/model/redaction.ts';
import { makeOperator, type Operator } from './support/liftlock.ts';

/** Made by a run of the first liftlock that had finished a platform, and stopped at its second component. */
const fixture = new URL('fixtures/journals/format-1.sqlite', import.meta.url);
let operator: Operator;
let file: string;

beforeEach(async () => {
  operator = await makeOperator({ helm: '/bin/true', environment: { KUBECONFIG: '/nowhere/config' } });
  file = join(operator.home, 'state', 'liftlock', 'sites', 'codemie-prod', 'journal.sqlite');
  mkdirSync(dirname(file), { recursive: true });
  copyFileSync(fixture, file);
});
afterEach(async () => operator.close());

test('a journal of the first liftlock is told by history, report and diagnose, and is left as it is', async () => {
  const before = readFileSync(file);
  const history = await operator.run('history', '-o', 'json');
  const [{ site, state }] = JSON.parse(history.stdout) as [{ site: string; state: { run: string; status: string } }];
  expect([site, state.status]).toEqual(['codemie-prod', 'stopped']);
  for (const command of ['report', 'diagnose']) {
    const told = await operator.run(command, state.run);
    expect(told.code, told.stderr).toBe(0);
    for (const word of ['ui/upgrade', 'NOT_READY']) expect(told.stdout, command).toContain(word);
  }
  expect(readFileSync(file).equals(before)).toBe(true);
});

test('its run goes on by the fold of today: what was settled stays, the rest is looked at again', () => {
  const journal = openJournal(file, new Redactor());
  const run = journal.runs()[0]?.run ?? '';
  const stopped = foldJournal(journal.entries(run));
  expect(stopped.steps.map(({ step, phase }) => `${step.id} ${phase}`).slice(0, 2)).toEqual([
    'backup settled',
    'ui/upgrade failed',
  ]);
  journal.append(run, { type: 'resumed', who: 'ben' }, new Date('2026-11-22T10:00:00Z'));
  expect(nextAction(foldJournal(journal.entries(run)))).toMatchObject({ do: 'observe', step: { id: 'ui/upgrade' } });
  // An entry that this liftlock has no word for, in a format that it knows, tells something and changes nothing.
  const strange = { type: 'of-tomorrow', step: 'ui/upgrade', run, sequence: 99, at: '2026-11-22T11:00:00Z' };
  const entries = journal.entries(run);
  expect(foldJournal([...entries, strange as unknown as Entry])).toEqual(foldJournal(entries));
  journal.close();
});
