import { expect, it } from 'vitest';
import { affirmationsOf, withWord } from './decisions.ts';

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
