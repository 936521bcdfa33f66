import { expect, test } from 'vitest';
import { measured, median, ratio } from './measure.ts';

test.each([
  [[3], 3],
  [[1, 9, 2], 2],
  [[4, 1, 3, 2], 2.5],
])('the median of %j is %d', (samples, expected) => {
  expect(median(samples)).toBe(expected);
});

test('there is no median of nothing', () => {
  expect(() => median([])).toThrow('no samples');
});

test('samples keep their order, and the range is theirs', () => {
  expect(measured('a', 's', [3.00049, 1, 2], 5)).toEqual({
    what: 'a',
    unit: 's',
    median: 2,
    smallest: 1,
    largest: 3,
    samples: [3, 1, 2],
    goal: 5,
  });
});

test('a ratio is that of the medians', () => {
  expect(ratio('a', [1, 100, 2], [4, 5, 1]).median).toBe(0.5);
});
