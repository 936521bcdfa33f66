import { expect, test } from 'vitest';
import { pod, Story, waiting } from './fixtures.ts';
import { emptyMemory, remember } from './memory.ts';

const now = new Date('2026-11-21T10:00:00Z');

test('remembering leaves the memory that was given as it is', () => {
  const first = remember(emptyMemory, { type: 'ADDED', object: pod(waiting('ErrImagePull', '401 Unauthorized')) }, now);
  const copy = structuredClone(first);
  remember(first, { type: 'MODIFIED', object: pod(waiting('ImagePullBackOff')) }, now);
  remember(first, { type: 'DELETED', object: pod({}) }, now);
  expect(first).toEqual(copy);
  expect(emptyMemory.objects.size).toBe(0);
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
