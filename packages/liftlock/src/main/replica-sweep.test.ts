import { expect, test } from 'vitest';
import type { Entry, EntryBody } from '../model/journal.ts';
import type { FoundRun } from './found-runs.ts';
import { isClosed, sweepOf } from './replica-sweep.ts';
import { foldJournal } from '../journal/fold.ts';
import type { Plan } from '../model/plan.ts';

const now = new Date('2026-11-21T00:00:00Z');

/** A run that began on a day, with steps that were all tried, and settled where they say so. */
function runOf(day: number, end?: EntryBody, steps: readonly StepOf[] = [upgrade('web')]): FoundRun {
  const run = `202611${String(day).padStart(2, '0')}-000000-aaaa`;
  const bodies: readonly EntryBody[] = [
    { type: 'run-started', purpose: 'upgrade', who: 'Ada', decisions: [] },
    { type: 'hop-planned', plan: { steps, decisions: [], hop: 0, route: [] } as unknown as Plan },
    ...steps.flatMap(({ id, isSettled }): readonly EntryBody[] => [
      { type: 'act-started', step: id },
      ...(isSettled ? [{ type: 'confirmed' as const, step: id, note: '', seconds: 0 }] : []),
    ]),
    ...(end === undefined ? [] : [end]),
  ];
  const at = `2026-11-${String(day).padStart(2, '0')}T00:00:00.000Z`;
  const entries = bodies.map((body, index): Entry => ({ ...body, run, sequence: index + 1, at }));
  const key = { namespace: 'shop', platform: 'shop', site: 'shop', run, keptSince: at };
  return { ...key, entries, state: foldJournal(entries) };
}

interface StepOf {
  readonly id: string;
  readonly isSettled: boolean;
}

function upgrade(release: string, isSettled = true, reinstalls = false): StepOf {
  return {
    id: `${release}/upgrade`,
    kind: 'helm-upgrade',
    component: release,
    release,
    reinstalls,
    isSettled,
  } as StepOf;
}

function uninstall(release: string): StepOf {
  const step = { id: `${release}/uninstall`, kind: 'helm-uninstall', component: release, release, isSettled: true };
  return step;
}

const finished: EntryBody = { type: 'run-finished' };
const stopped: EntryBody = { type: 'stopped', reason: 'it failed' };
const namesOf = (runs: readonly FoundRun[]) => runs.map(({ run }) => Number(run.slice(6, 8)));

test('O9: inputs go some days after the end of a run; what may still be gone on with stays', () => {
  const runs = [runOf(20, stopped), runOf(18, finished), runOf(13, finished), runOf(12, stopped)];
  expect(namesOf(sweepOf(runs, now).inputs)).toEqual([13, 12]);
  expect(namesOf(sweepOf(runs, now, 3).inputs)).toEqual([18, 13, 12]);
  // Nothing has been finished since: somebody may still resume these, however old they are.
  expect(sweepOf([runOf(2, stopped), runOf(1)], now).inputs).toEqual([]);
});

test('O9: a later run leaves behind only those whose releases it has worked at, and none that has uninstalled and not installed', () => {
  const rotation = runOf(12, finished, []);
  expect(namesOf(sweepOf([rotation, runOf(2, stopped)], now).inputs)).toEqual([12]);
  expect(namesOf(sweepOf([runOf(12, finished, [upgrade('api')]), runOf(2, stopped)], now).inputs)).toEqual([12]);
  expect(namesOf(sweepOf([rotation, runOf(2, stopped, [])], now).inputs)).toEqual([12, 2]);
  for (const isInstalled of [false, true]) {
    const halfway = runOf(2, stopped, [uninstall('web'), upgrade('web', isInstalled, true)]);
    expect(namesOf(sweepOf([runOf(12, finished), halfway], now).inputs)).toEqual(isInstalled ? [12, 2] : [12]);
  }
});

test('O9: the newest ten records of a site stay, older ones go with their inputs', () => {
  const runs = Array.from({ length: 12 }, (_none, index) => runOf(12 - index, finished));
  const { whole, inputs } = sweepOf(runs, now);
  expect(namesOf(whole)).toEqual([2, 1]);
  expect(namesOf(inputs)).toEqual([12, 11, 10, 9, 8, 7, 6, 5, 4, 3]);
});

test('O9: a run takes its inputs along only where it ended well and uninstalled nothing', () => {
  const closed = ({ state }: FoundRun) => isClosed(state);
  expect(closed(runOf(1, finished))).toBe(true);
  expect(closed(runOf(1, stopped))).toBe(false);
  expect(closed(runOf(1, finished, [uninstall('web')]))).toBe(false);
});
