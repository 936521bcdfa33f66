import { expect, test } from 'vitest';
import { applyDecisions } from '../judge.ts';
import { routeFindings } from './routes.ts';

test('R30: an origin on which the vendor is silent blocks, shows its reason, and is decided by name', () => {
  const findings = routeFindings([
    { kind: 'silent-origin', id: 'runai-2.12', version: '2.12.4', because: 'As from 2.13', source: 'guide' },
    { kind: 'unknown-condition', condition: 'facts.big', versions: '16.0.x', source: 'guide' },
    { kind: 'withdrawn-origin', version: '2.12.4', because: 'it lost data', source: 'notes' },
    { kind: 'stop-beyond', stop: '2.15' },
    { kind: 'unsure-gap', from: '2.22.7', to: '3.0.2', count: 4, source: 'guide' },
  ]);
  expect(findings.map(({ code, severity }) => `${code} ${severity}`)).toEqual([
    'ROUTE_NEEDS_DECISION blocker',
    'ROUTE_STOP_UNSURE info',
    'ORIGIN_WITHDRAWN warning',
    'STOP_BEYOND_TARGET info',
    'ROUTE_GAP_UNSURE blocker',
  ]);
  expect(findings[0]).toMatchObject({
    message: 'The vendor says nothing of upgrades from 2.12.4. As from 2.13. Source: guide.',
    remedies: [{ id: 'origin:runai-2.12', commands: ['--allow origin:runai-2.12'] }],
  });
  const decided = applyDecisions(findings, [
    { remedy: 'origin:runai-2.12', by: 'Grace', at: '2026-11-21T18:00:00Z', how: 'flag' },
  ]);
  expect(decided[0]?.severity).toBe('info');
});
