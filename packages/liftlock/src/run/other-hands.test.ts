import { expect, it } from 'vitest';
import type { EntryBody } from '../model/journal.ts';
import { readerOf, recordOf, uiUpgrade as step } from './fixtures.ts';
import { watchOtherHands } from './other-hands.ts';
import type { World } from './world.ts';

it.each([
  ["helm wrote nothing: the next revision is somebody else's", { writes: 0, unsure: 0 }, 5, 'no'],
  ['helm wrote: the next revision is its own', { writes: 3, unsure: 0 }, 5, undefined],
  ['the answer to its record was lost: it may have landed', { writes: 0, unsure: 1 }, 5, undefined],
  ["the one after that is somebody else's", { writes: 0, unsure: 1 }, 6, 'unknown'],
  ['nobody made one', { writes: 0, unsure: 0 }, 4, undefined],
])('O19: %s', async (_title, wrote, newest, touched) => {
  const faults: string[] = [];
  const world = {
    reader: readerOf([recordOf('ui', newest, 'failed', '2.2.5')]),
    clock: { now: () => new Date(), sleep: async () => new Promise(() => undefined) },
    emit: (body: EntryBody) => void (body.type === 'fault' && faults.push(body.fault.code)),
  } as unknown as World;
  const others = watchOtherHands(step, world, 4, new AbortController().signal);
  const problem = await others.foreignRevision(wrote);
  expect(problem?.touched).toBe(touched);
  expect(faults).toEqual(touched === undefined ? [] : ['FOREIGN_REVISION']);
});
