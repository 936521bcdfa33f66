import { expect, test } from 'vitest';
import type { Release, ReleaseStatus, Revision } from '../model/snapshot.ts';
import { installedRevision, partlyAt } from '../release/history.ts';
import { solveRoute } from '../route/solve.ts';
import { originsOf } from './origins.ts';

function release(...history: readonly (readonly [ReleaseStatus, string])[]): Release {
  const common = { chart: 'control-plane', updated: '2026-11-21T18:00:00Z', description: '' };
  const revisions = history.map(([status, version], index): Revision => ({
    ...common,
    revision: index + 1,
    status,
    version,
    appVersion: version,
  }));
  const newest = revisions.at(-1);
  if (newest === undefined) throw new Error('a release has a revision');
  return {
    name: 'runai-backend',
    namespace: 'runai-backend',
    revisions,
    newest,
    installed: installedRevision(revisions),
    values: {},
    manifest: '',
    hooks: [],
  };
}

const origins = (from: Release, ...remedies: readonly string[]) =>
  originsOf(
    [{ name: 'control-plane', release: from }],
    remedies.map((remedy) => ({ remedy })),
  );

test.each([
  ['deployed 2.9, failed 2.19', release(['deployed', '2.9.3'], ['failed', '2.19.11']), '2.9.3', '2.19.11'],
  ['deployed 2.9, pending 2.19', release(['deployed', '2.9.3'], ['pending-upgrade', '2.19.11']), '2.9.3', '2.19.11'],
  [
    'rolled back from 2.19',
    release(['superseded', '2.9.3'], ['superseded', '2.19.11'], ['deployed', '2.9.3']),
    '2.9.3',
    undefined,
  ],
  [
    'nothing deployed, the newest superseded is 2.9',
    release(['superseded', '2.9.3'], ['failed', '2.19.11']),
    '2.9.3',
    '2.19.11',
  ],
  ['a damaged record on top', release(['deployed', '2.9.3'], ['unknown', '']), '2.9.3', ''],
])('O12: the origin of a route: %s', (_title, found, from, partly) => {
  expect(origins(found)).toEqual({ 'control-plane': from });
  expect(partlyAt(found)?.version).toBe(partly);
  const answer = solveRoute({
    from: origins(found)['control-plane'] ?? '',
    to: '2.19.11',
    available: ['2.9.3', '2.15.9', '2.19.11'],
    rules: [{ kind: 'stop', versions: '2.15.x', source: 'guide' }],
    stops: [],
    holds: () => true,
  });
  expect('hops' in answer ? answer.hops.map((hop) => hop.to) : answer).toEqual(['2.15.9', '2.19.11']);
});

test('O12: where nothing was ever deployed, the origin is what someone says it is', () => {
  const found = release(['failed', '2.9.3'], ['failed', '2.19.11']);
  expect(origins(found)).toEqual({});
  expect(origins(found, 'origin:runai-backend')).toEqual({ 'control-plane': '2.19.11' });
});
