import { expect, test } from 'vitest';
import { matchesLabels } from './label-selector.ts';

const labels = { owner: 'helm', name: 'demo', status: 'deployed' };

test.each([
  ['', true],
  ['owner=helm', true],
  ['owner==helm,name=demo', true],
  ['owner=helm,name=other', false],
  ['name!=other', true],
  ['name!=demo', false],
  ['absent!=x', true],
  ['status in (deployed,failed)', true],
  ['status in (failed, superseded),owner=helm', false],
  ['status notin (failed)', true],
  ['absent notin (failed)', true],
  ['owner', true],
  ['!owner', false],
  ['!absent', true],
])('%s: %s', (selector, expected) => {
  expect(matchesLabels(selector, labels)).toBe(expected);
});
