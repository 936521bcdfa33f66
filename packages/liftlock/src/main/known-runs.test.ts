import { mkdtempSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { siteFolder } from '../adapters/files/state-folder.ts';
import { openJournal } from '../adapters/journal/sqlite-journal.ts';
import { foldJournal } from '../journal/fold.ts';
import type { Entry, EntryBody } from '../model/journal.ts';
import type { Plan } from '../model/plan.ts';
import { Redactor } from '../model/redaction.ts';
import type { FoundRun } from './found-runs.ts';
import { knownRuns, runsInFolder } from './known-runs.ts';
import { journalFile } from './past-runs.ts';
import { refuseSuperseded } from './superseded.ts';

let home: string;
let folder: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'liftlock-known-'));
  folder = siteFolder({ XDG_STATE_HOME: home }, 'shop');
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const step = {
  id: 'web/upgrade',
  kind: 'helm-upgrade',
  title: 'Upgrade',
  component: 'web',
  release: 'web',
  risk: 'none',
};
const plan = {
  site: { name: 'shop', namespace: 'shop' },
  steps: [step],
  decisions: [],
  hop: 0,
  route: [],
} as unknown as Plan;
const tried: readonly EntryBody[] = [
  { type: 'run-started', purpose: 'upgrade', who: 'ada', decisions: [] },
  { type: 'hop-planned', plan },
  { type: 'observed', step: step.id, observation: 'todo', note: '' },
  { type: 'act-started', step: step.id },
];

/** A run that was begun at an hour of its machine's clock. */
function told(run: string, hour: number, bodies: readonly EntryBody[] = tried): readonly Entry[] {
  const at = `2026-11-21T${String(hour).padStart(2, '0')}:00:00.000Z`;
  return bodies.map((body, index): Entry => ({ ...body, run, sequence: index + 1, at }));
}

/** As the cluster has it, from an hour of its own clock on. */
function foundAt(hour: number, entries: readonly Entry[]): FoundRun {
  const key = { namespace: 'shop', platform: 'shop', site: 'shop', run: entries[0]?.run ?? '' };
  const keptSince = `2026-11-21T${String(hour).padStart(2, '0')}:00:00Z`;
  return { ...key, keptSince, entries, state: foldJournal(entries) };
}

function write(...runs: readonly (readonly Entry[])[]): void {
  const journal = openJournal(journalFile(folder), new Redactor());
  for (const entries of runs) journal.adopt(entries);
  journal.close();
}

const statesOf = (...found: readonly FoundRun[]) =>
  runsInFolder(folder, 'shop', new Redactor(), found).map(({ state }) => state);
const namesOf = (...found: readonly FoundRun[]) => statesOf(...found).map(({ run }) => run);

function codeOf(act: () => void): string | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    return (error as { readonly code?: string }).code;
  }
}

test('a run behind which a later one has worked is refused, though the clock was set back between them', () => {
  const [first, second] = [told('first', 10), told('second', 9)];
  write(first, second);
  expect(namesOf()).toEqual(['second', 'first']);
  // What the cluster has of them changes nothing of that.
  const both = [foundAt(12, second), foundAt(11, first)];
  expect(namesOf(...both)).toEqual(['second', 'first']);
  const states = statesOf(...both);
  expect(codeOf(() => refuseSuperseded(foldJournal(first), states))).toBe('RUN_SUPERSEDED');
  expect(codeOf(() => refuseSuperseded(foldJournal(second), states))).toBeUndefined();
});

test('a run of a machine whose clock is slow comes after those that the cluster has known before it', () => {
  const [mine, theirs, last] = [told('mine', 10), told('theirs', 5), told('last', 11)];
  write(mine, last);
  const found = [foundAt(13, last), foundAt(12, theirs), foundAt(11, mine)];
  expect(namesOf(...found)).toEqual(['last', 'theirs', 'mine']);
  expect(codeOf(() => refuseSuperseded(foldJournal(mine), statesOf(...found)))).toBe('RUN_SUPERSEDED');
  expect(codeOf(() => refuseSuperseded(foldJournal(last), statesOf(...found)))).toBeUndefined();
});

test('of one run the longer telling counts, and where both went on that of whoever had the lease', () => {
  const mine = told('run', 10);
  const theirs = told('run', 10, [...tried, { type: 'stopped', reason: 'theirs' }]);
  write(mine);
  expect(statesOf(foundAt(11, theirs))[0]?.stopReason).toBe('theirs');
  expect(statesOf(foundAt(11, mine.slice(0, 2)))[0]?.steps[0]?.phase).toBe('acting');
  write([{ type: 'stopped', reason: 'mine', run: 'run', sequence: 5, at: '2026-11-21T10:00:00.000Z' }]);
  expect(statesOf(foundAt(11, theirs))[0]?.stopReason).toBe('theirs');
  expect(statesOf()[0]?.stopReason).toBe('mine');
});

test('a site whose journal is damaged keeps nobody from the others', async () => {
  write(told('run', 10));
  truncateSync(journalFile(folder), 5000);
  folder = siteFolder({ XDG_STATE_HOME: home }, 'depot');
  write(
    told('other', 9).map((entry) =>
      entry.type === 'hop-planned' ? { ...entry, plan: { ...plan, site: { ...plan.site, name: 'depot' } } } : entry,
    ),
  );
  const said: string[] = [];
  const parts = {
    environment: { XDG_STATE_HOME: home },
    redactor: new Redactor(),
    say: (text: string) => said.push(text),
  };
  expect((await knownRuns(parts, undefined)).map(({ site, state }) => [site, state.run])).toEqual([['depot', 'other']]);
  expect(said).toEqual([expect.stringContaining('left out')]);
  await expect(knownRuns(parts, 'shop')).rejects.toMatchObject({ code: 'JOURNAL_DAMAGED' });
});

test('a run of that name in another namespace is none of the site: neither in its place nor as a new one', async () => {
  write(told('run', 10));
  const evil = [foundAt(12, told('newer', 12)), foundAt(11, told('run', 10, [...tried, { type: 'run-finished' }]))].map(
    (found) => ({ ...found, namespace: 'evil' }),
  );
  const said: string[] = [];
  const parts = {
    environment: { XDG_STATE_HOME: home },
    redactor: new Redactor(),
    say: (text: string) => said.push(text),
  };
  const known = await knownRuns(parts, undefined, evil);
  expect(known.map(({ state, found }) => [state.run, state.status, found])).toEqual([['run', 'running', undefined]]);
  expect(said).toEqual([expect.stringContaining('in evil are left out')]);
  expect(await knownRuns(parts, undefined, [foundAt(13, told('mine', 13))])).toHaveLength(2);
});
