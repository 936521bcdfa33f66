import { expect, test } from 'vitest';
import { isEntry } from '../model/entry-check.ts';
import type { Entry } from '../model/journal.ts';
import { isJsonObject, type Json } from '../model/json.ts';
import type { ReplicaRun } from '../model/replica.ts';
import { renderHistory } from '../render/history.ts';
import { renderReport } from '../render/report.ts';
import { keptEntries } from '../../test/support/kept-entries.ts';
import { judgeRuns } from './found-runs.ts';
import { leftOpenFindings } from './left-open.ts';

const entries = keptEntries();
const plan = entries.flatMap((entry) => (entry.type === 'hop-planned' ? [entry.plan] : []))[0];
if (plan === undefined) throw new Error('the run has no plan');

function replicaOf(told: readonly Entry[]): ReplicaRun {
  const { name: site, namespace } = plan?.site ?? { name: '', namespace: '' };
  const [first] = entries;
  return { run: first?.run ?? '', site, namespace, platform: 'codemie', keptSince: first?.at ?? '', entries: told };
}

/** The places of a value, as paths. */
function placesIn(
  value: Json | undefined,
  path: readonly (string | number)[] = [],
): readonly (readonly (string | number)[])[] {
  const inner = Array.isArray(value)
    ? (value as readonly Json[]).map((item, index) => [index, item] as const)
    : isJsonObject(value)
      ? Object.entries(value)
      : [];
  return [path, ...inner.flatMap(([name, item]) => placesIn(item, [...path, name]))];
}

function changed(value: Json | undefined, [name, ...rest]: readonly (string | number)[], to: Json): Json {
  if (name === undefined) return to;
  if (Array.isArray(value))
    return (value as Json[]).map((item, index) => (index === name ? changed(item, rest, to) : item));
  return isJsonObject(value) ? { ...value, [name]: changed(value[name], rest, to) } : to;
}

function isJournal(value: unknown): value is readonly Entry[] {
  return Array.isArray(value) && value.every((entry) => isEntry(entry));
}

test('O9: a run that anybody has written is told, or refused by a Problem', () => {
  const told = entries as unknown as Json;
  // Each entry, its parts and theirs, the parts of its plan among them; what is deeper is told of nowhere but in the plan itself.
  const places = placesIn(told).filter(({ length }) => length <= 4);
  expect(judgeRuns([replicaOf(entries)], '').runs).toHaveLength(1);
  let refused = 0;
  for (const place of places)
    for (const value of [null, 0, '', [], {}, 'constructor', [null]] as const) {
      const other: unknown = changed(told, place, value);
      if (!isJournal(other)) {
        refused += 1;
        continue;
      }
      for (const { state } of judgeRuns([replicaOf(other)], 'uid').runs) {
        renderHistory([{ site: 's', state }], { width: 80, color: false });
        for (const format of ['text', 'md', 'json'] as const) renderReport(state, format, { width: 80, color: false });
        leftOpenFindings([state], plan);
      }
    }
  expect(refused).toBeGreaterThan(places.length);
  expect(refused).toBeLessThan(6 * places.length);
});

test('O9: entries that do not begin a run are damaged', () => {
  const { runs, refused } = judgeRuns([replicaOf(entries.slice(1)), replicaOf(entries)], '');
  expect([runs.length, refused.map(({ problem }) => problem.code)]).toEqual([1, ['REPLICA_DAMAGED']]);
});
