import { expect, test } from 'vitest';
import type { HealthItem } from '../model/snapshot.ts';
import { compareHealth } from './compare-health.ts';

function pod(name: string, state: HealthItem['state'], owner?: string): HealthItem {
  const object = { apiVersion: 'v1', kind: 'Pod', namespace: 'prod', name };
  const made =
    owner === undefined ? {} : { owner: { apiVersion: 'apps/v1', kind: 'ReplicaSet', namespace: 'prod', name: owner } };
  return { object, state, reason: state, message: '', restarts: 0, ...made };
}
const verdicts = (before: readonly HealthItem[], after: readonly HealthItem[]) =>
  compareHealth(before, after).map(({ item, verdict }) => `${item.object.name} ${verdict}`);

test('O14: only what was not unhealthy before is new', () => {
  expect(
    verdicts(
      [pod('a', 'unhealthy'), pod('b', 'healthy')],
      [pod('a', 'unhealthy'), pod('b', 'unhealthy'), pod('c', 'unhealthy')],
    ),
  ).toEqual(['a as before', 'b new', 'c new']);
});

test('O14: what is healthy again, or gone, has mended; what progresses or is done is no failure', () => {
  expect(verdicts([pod('a', 'unhealthy'), pod('b', 'unhealthy')], [pod('a', 'healthy')])).toEqual([
    'a mended',
    'b mended',
  ]);
  expect(verdicts([], [pod('a', 'progressing'), pod('b', 'done')])).toEqual([]);
});

test('O14: a crashing pod of the same ReplicaSet under a new name is as before; one of a new revision is new', () => {
  expect(verdicts([pod('d-1-x', 'unhealthy', 'd-1')], [pod('d-1-y', 'unhealthy', 'd-1')])).toEqual(['d-1-y as before']);
  expect(verdicts([pod('w-1-x', 'unhealthy', 'w-1')], [pod('w-2-y', 'unhealthy', 'w-2')])).toEqual([
    'w-2-y new',
    'w-1-x mended',
  ]);
});
