import { expect, it } from 'vitest';
import type { Finding, Severity } from '../model/finding.ts';
import { affirmationsOf, decisionsOf, defaultDecisions, withReasons, withWord } from './decisions.ts';

it('a word passes the check that nobody could look at, and no other', () => {
  const results = [
    { check: 'login', verdict: 'pending', note: 'no issuer' },
    { check: 'ui', verdict: 'failed', note: 'answers 500' },
    { check: 'logs', verdict: 'pending', note: '1 error' },
  ];
  const words = affirmationsOf(['login=Ada', 'ui=Ada'], 'root', new Date('2026-11-21T12:00:00Z'), '2.2.5');
  expect(withWord(results, words)).toEqual([
    { check: 'login', verdict: 'passed', note: 'affirmed by Ada (no issuer)' },
    ...results.slice(1),
  ]);
});

const now = new Date('2026-11-21T12:00:00Z');

function finding(severity: Severity, ...rungs: readonly [id: string, byDefault: boolean][]): Finding {
  const remedies = rungs.map(([id, byDefault]) => ({
    id,
    title: id,
    destructive: !byDefault,
    byDefault,
    commands: [],
  }));
  return { code: 'X', severity, message: '', remedies };
}

it('of a ladder the first rung that destroys nothing is taken, and by name what destroys', () => {
  const immutable = finding('blocker', ['drop:coder:--force', true], ['recreate:service/a', false]);
  const volume = finding('blocker', ['recreate:statefulset/b', false]);
  const foreign = finding('blocker', ['adopt:serviceaccount/c', true], ['reinstall:coder', false]);
  expect(defaultDecisions([immutable, volume, foreign, immutable], [], now)).toEqual([
    { remedy: 'drop:coder:--force', by: 'liftlock', at: now.toISOString(), how: 'default' },
    { remedy: 'adopt:serviceaccount/c', by: 'liftlock', at: now.toISOString(), how: 'default' },
  ]);
});

it('nothing is taken where someone has decided, and nothing for what stands in nobody’s way', () => {
  const immutable = finding('blocker', ['drop:coder:--force', true], ['recreate:service/a', false]);
  expect(defaultDecisions([immutable], decisionsOf(['recreate:service/a'], 'ada', now), now)).toEqual([]);
  expect(defaultDecisions([finding('warning', ['adopt:serviceaccount/c', true])], [], now)).toEqual([]);
});

it('a decision keeps what it answers: its finding is gone once the remedy is planned in', () => {
  const remedy = { id: 'adopt:configmap/x', title: 'Make it its own', destructive: false, commands: [] };
  const found = { code: 'FOREIGN_OWNERSHIP', severity: 'blocker' as const, message: '', remedies: [remedy] };
  const decision = (id: string) => ({ remedy: id, by: 'Ada', at: '2026-12-05T21:58:00Z', how: 'flag' as const });
  expect(withReasons([decision(remedy.id), decision('unlock:y')], [found])).toEqual([
    { ...decision(remedy.id), code: 'FOREIGN_OWNERSHIP', title: 'Make it its own' },
    decision('unlock:y'),
  ]);
});
