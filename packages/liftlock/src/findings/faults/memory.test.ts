import { expect, test } from 'vitest';
import { pod, Story, waiting } from './fixtures.ts';
import { emptyMemory, remember } from './memory.ts';

const now = new Date('2026-11-21T10:00:00Z');

test('twenty thousand events of a troubled namespace are remembered one by one, not all anew for each', () => {
  const memory = emptyMemory();
  const { objects } = memory;
  for (let number = 0; number < 20_000; number += 1)
    remember(memory, { type: 'ADDED', object: pod({}, { name: `web-${number}` }) }, now);
  expect([memory.objects, objects.size]).toEqual([objects, 20_000]);
});

test('what was deleted is forgotten, with all that was known of it', () => {
  const object = pod({
    ...waiting('ErrImagePull', '401 Unauthorized'),
    restartCount: 1,
    lastState: { terminated: { exitCode: 1 } },
  });
  const before = new Story();
  const { memory } = new Story().sees(object).happens({ type: 'DELETED', object });
  expect(memory).toEqual(before.memory);
});

test('an event that is told twice counts once', () => {
  const refused = pod(waiting('ErrImagePull', '401 Unauthorized'));
  const story = new Story().sees(refused, refused, refused);
  expect(story.memory.pulls.get('pod-web-1/main')?.refusals).toBe(1);
});
