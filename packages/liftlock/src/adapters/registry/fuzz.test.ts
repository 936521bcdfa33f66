import { expect, test } from 'vitest';
import { fuzz } from '../../../test/support/fuzz.ts';

test.each([
  ['registry-answers', 30],
  ['challenges', 100],
  ['archives', 60],
  ['archive-bombs', 1],
  ['kubeconfigs', 60],
] as const)('X03: %s of any kind are read, or refused with what to do', async (name, count) => {
  const { cases, failures } = await fuzz(20261121, count, [name]);
  expect(failures).toEqual([]);
  expect(cases).toBe(count);
});
