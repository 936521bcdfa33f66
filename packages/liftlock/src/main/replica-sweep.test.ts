import { expect, test } from 'vitest';
import type { Entry, EntryBody } from '../model/journal.ts';
import type { ReplicaRun } from '../model/replica.ts';
import { isClosed, sweepOf } from './replica-sweep.ts';
import { foldJournal } from '../journal/fold.ts';
import type { Plan } from '../model/plan.ts';

const now = new Date('2026-11-21T00:00:00Z');

function runOf(day: number, end?: EntryBody, steps: readonly object[] = []): ReplicaRun {
  const run = `202611${String(day).padStart(2, '0')}-000000-aaaa`;
  const bodies: readonly EntryBody[] = [
    { type: 'run-started', purpose: 'upgrade', who: 'Ada', decisions: [] },
    { type: 'hop-planned', plan: { steps, decisions: [], hop: 0, route: [] } as unknown as Plan },
    ...(end === undefined ? [] : [end]),
  ];
  const at = `2026-11-${String(day).padStart(2, '0')}T00:00:00.000Z`;
  const entries = bodies.map((body, index): Entry => ({ ...body, run, sequence: index + 1, at }));
  return { namespace: 'shop', platform: 'shop', site: 'shop', run, entries };
}

const finished: EntryBody = { type: 'run-finished' };
const stopped: EntryBody = { type: 'stopped', reason: 'it failed' };
const namesOf = (runs: readonly ReplicaRun[]) => runs.map(({ run }) => Number(run.slice(6, 8)));

test('O9: inputs go some days after the end of a run; what may still be gone on with stays', () => {
  const runs = [runOf(20, stopped), runOf(18, finished), runOf(13, finished), runOf(12, stopped)];
  expect(namesOf(sweepOf(runs, now).inputs)).toEqual([13, 12]);
  expect(namesOf(sweepOf(runs, now, 3).inputs)).toEqual([18, 13, 12]);
  // Nothing has been finished since: somebody may still resume these, however old they are.
  expect(sweepOf([runOf(2, stopped), runOf(1)], now).inputs).toEqual([]);
});

test('O9: the newest ten records of a site stay, older ones go with their inputs', () => {
  const runs = Array.from({ length: 12 }, (_none, index) => runOf(12 - index, finished));
  const { whole, inputs } = sweepOf(runs, now);
  expect(namesOf(whole)).toEqual([2, 1]);
  expect(namesOf(inputs)).toEqual([12, 11, 10, 9, 8, 7, 6, 5, 4, 3]);
});

test('O9: a run takes its inputs along only where it ended well and uninstalled nothing', () => {
  const closed = (run: ReplicaRun) => isClosed(foldJournal(run.entries));
  expect(closed(runOf(1, finished))).toBe(true);
  expect(closed(runOf(1, stopped))).toBe(false);
  expect(closed(runOf(1, finished, [{ id: 'shop/uninstall', kind: 'helm-uninstall' }]))).toBe(false);
});
