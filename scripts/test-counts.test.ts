import { expect, test } from 'vitest';
import { countTests, formatCounts, isGreen } from './test-counts.ts';

function moduleOf(states: readonly string[], isOk: boolean): Parameters<typeof countTests>[0][number] {
  return { ok: () => isOk, children: { allTests: () => states.map((state) => ({ result: () => ({ state }) })) } };
}

test('tests are counted by how they ended', () => {
  const counts = countTests([moduleOf(['passed', 'skipped', 'failed'], false), moduleOf(['passed'], true)], 0);
  expect(formatCounts(counts)).toBe('2 passed, 1 failed, 1 skipped');
  expect(isGreen(counts)).toBe(false);
});

test('a file that could not be loaded is a failure though no test of it failed', () => {
  expect(countTests([moduleOf(['passed'], true), moduleOf([], false)], 0)).toEqual({
    passed: 1,
    failed: 1,
    skipped: 0,
  });
});

test('a test that never ended and an error outside of tests are failures', () => {
  expect(countTests([moduleOf(['pending'], true)], 1).failed).toBe(2);
});

test('an empty run is not green', () => {
  expect(isGreen(countTests([], 0))).toBe(false);
  expect(isGreen(countTests([moduleOf(['skipped'], true)], 0))).toBe(false);
});
