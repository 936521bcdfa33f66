import { expect, test } from 'vitest';
import type { Entry, EntryBody } from '../model/journal.ts';
import { Problem } from '../model/problem.ts';
import { makeEmit } from './late-entries.ts';

test('what only tells is kept until the journal can be written and is still ours, in order; an intent that cannot be written throws', () => {
  const written: string[] = [];
  const shown: string[] = [];
  const lost: string[] = [];
  let isFull = false;
  let isSure = true;
  const entryOf = (body: EntryBody, sequence: number) => ({ ...body, run: 'run', sequence, at: '' }) as Entry;
  const emit = makeEmit({
    isSure: () => isSure,
    append: (body) => {
      if (isFull) throw new Problem('JOURNAL_UNWRITABLE', 'the disk is full');
      written.push(body.type === 'note' ? body.text : body.type);
      return entryOf(body, written.length);
    },
    show: (entry) => shown.push(entry.type === 'note' ? entry.text : entry.type),
    unwritten: (body) => entryOf(body, 0),
    onLost: (why) => lost.push(why),
  });
  emit({ type: 'act-started', step: 'web/upgrade' });
  isFull = true;
  emit({ type: 'note', text: 'a' });
  emit({ type: 'note', text: 'b' });
  expect(() => emit({ type: 'act-started', step: 'api/upgrade' })).toThrow('the disk is full');
  expect(written).toEqual(['act-started']);
  isFull = false;
  emit({ type: 'note', text: 'c' });
  expect(written).toEqual(['act-started', 'a', 'b', 'c']);
  expect(shown).toEqual(['act-started', 'a', 'b', 'c']);
  expect(lost).toEqual(['the disk is full']);

  // A run that was paused past its lease.
  isSure = false;
  emit({ type: 'note', text: 'd' });
  expect(shown.at(-1)).toBe('d');
  expect(written.at(-1)).toBe('c');
  isSure = true;
  emit({ type: 'stopped', reason: '' });
  expect(written.slice(-2)).toEqual(['d', 'stopped']);
});
