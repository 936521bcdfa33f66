import { expect, test } from 'vitest';
import { keptEntries } from '../../test/support/kept-entries.ts';
import { isEntry } from './entry-check.ts';

test('what runs have written are entries, and one of tomorrow is', () => {
  const entries = keptEntries();
  expect(new Set(entries.map(({ type }) => type)).size).toBeGreaterThan(6);
  expect(entries.filter((entry) => !isEntry(entry)).map(({ type }) => type)).toEqual([]);
  expect(isEntry({ type: 'of-tomorrow', run: 'r', sequence: 1, at: '2026-11-21T00:00:00.000Z' })).toBe(true);
});

test('what is no entry, or lacks what its type has, is none', () => {
  const [first] = keptEntries();
  for (const wrong of [null, 'text', [], {}, { ...first, at: 'yesterday' }, { ...first, sequence: 0 }])
    expect(isEntry(wrong)).toBe(false);
  for (const type of ['run-started', 'hop-planned', 'act-ended', 'stopped', 'note'])
    expect(isEntry({ type, run: 'r', sequence: 1, at: '2026-11-21T00:00:00.000Z' }), type).toBe(false);
  expect(isEntry({ type: 'constructor', run: 'r', sequence: 1, at: '2026-11-21T00:00:00.000Z' })).toBe(true);
});
