import { expect, test } from 'vitest';
import { isProblem } from './problem.ts';
import {
  rangesMeet,
  distanceTo,
  isOneStretch,
  isVersionRange,
  newestIn,
  parseExactVersion,
  parseTarget,
  parseToolVersion,
  satisfiesRange,
  sideOf,
} from './version.ts';

function refusal(text: string): unknown {
  try {
    return parseExactVersion(text);
  } catch (error) {
    if (isProblem(error)) return [error.code, error.exitCode, ...error.advice];
    throw error;
  }
}

test('C15: a target version is exactly x.y.z', () => {
  expect(['2.2.5', '0.0.1', '10.20.30'].map(parseExactVersion)).toEqual(['2.2.5', '0.0.1', '10.20.30']);
});

test.each([
  ['2.2', 'Give all three numbers, for example 2.2.5.'],
  ['latest', 'Give all three numbers, for example 2.2.5.'],
  ['v2.2.5', 'Did you mean 2.2.5?'],
  ['', 'Give all three numbers, for example 2.2.5.'],
  ['2.2.5-rc1', 'Did you mean 2.2.5?'],
  ['02.2.5', 'Give all three numbers, for example 2.2.5.'],
  [' 2.2.5', 'Did you mean 2.2.5?'],
  ['2.2.5\n', 'Did you mean 2.2.5?'],
  ['~2.2.5', 'Did you mean 2.2.5?'],
])('C15: %j is refused', (text, advice) => {
  expect(refusal(text)).toEqual(['BAD_VERSION', 2, advice]);
});

test('versions as tools print them', () => {
  expect(['v3.22', 'v1.33.1-eks-1a2b', '3.16.0+g1234', 'none'].map(parseToolVersion)).toEqual([
    '3.22.0',
    '1.33.1',
    '3.16.0',
    undefined,
  ]);
});

test('C06: Helm 3.16.0 and later, and Helm 4, satisfy the range', () => {
  const versions = ['3.15.4', '3.16.0', '3.17.1', '4.3.0'];
  expect(versions.map((version) => satisfiesRange(version, '>=3.16.0'))).toEqual([false, true, true, true]);
});

test('ranges are told from other text', () => {
  expect(['>=3.16.0', '^3.14 || ^4', '3', 'new enough', ''].map(isVersionRange)).toEqual([
    true,
    true,
    true,
    false,
    false,
  ]);
});

const index = ['2.20.1-rc.1', '2.20.0', '2.19.11', '2.19.3', '2.18.9', 'not-a-version'];

test.each([
  ['~2.19.0', '2.19.11'],
  ['2.19.x', '2.19.11'],
  ['2.19', '2.19.11'],
  ['^2', '2.20.0'],
  ['*', '2.20.0'],
  ['>=2.18, <2.19', '2.18.9'],
  ['=> 2.18.0, != 2.20.0', '2.19.11'],
  ['2.18 - 2.19', '2.19.11'],
  ['~2.20.0-0', '2.20.1-rc.1'],
  ['~3.0.0', undefined],
])('R19: %s is of that index what helm takes: %s', (constraint, newest) => {
  expect(newestIn(constraint, index)).toBe(newest);
});

test('R19: a target is an exact version or a constraint, never a part of a version', () => {
  expect(['2.2.5', '~2.19.0', '2.19.x', ' >=2.19, <2.20 '].map(parseTarget)).toEqual([
    '2.2.5',
    '~2.19.0',
    '2.19.x',
    '>=2.19, <2.20',
  ]);
  for (const text of ['2.19', 'latest', '', '~two']) expect(() => parseTarget(text)).toThrow('is not a version');
});

test('where a version stands to a range, also where one bound of it lies within the other', () => {
  const sides = ['16.2.9', '16.3.0', '16.3.9', '16.4.0-rc.1'].map((version) => sideOf(version, '16.3.x'));
  expect(sides).toEqual([-1, 0, 0, 1]);
  expect([sideOf('2.3.2', '2.3.x <2.3.1'), sideOf('2.20.0', '>=2.17.0 <2.20.0')]).toEqual([1, 1]);
  expect([sideOf('2.20.0-rc.1', '>=2.17.0 <2.20.0'), sideOf('2.17.0-rc.1', '>=2.17.0 <2.20.0')]).toEqual([1, 0]);
  expect([sideOf('2.17.0-rc.1', '2.17.0-rc.1'), sideOf('2.17.0', '2.17.0-rc.1')]).toEqual([0, 1]);
  expect(['16.3.x', '16.3.x || 16.7.x', '>2 <1', 'soon'].map(isOneStretch)).toEqual([true, false, false, false]);
});

test('how far one version is behind another, in the number that counts', () => {
  const ends = [
    ['2.9.3', '3.0.0'],
    ['2.9.3', '2.19.11'],
    ['2.9.3', '2.9.4'],
    ['2.9.3-rc.1', '2.9.3'],
    ['2.9.3', '2.9.3'],
    ['2.9.3', '2.9.2'],
  ] as const;
  expect(ends.map(([from, to]) => distanceTo(from, to))).toEqual([
    { unit: 'major', count: 1 },
    { unit: 'minor', count: 10 },
    { unit: 'patch', count: 1 },
    { unit: 'pre-release', count: 1 },
    undefined,
    undefined,
  ]);
});

test('ranges meet in a version that both hold, not in the pre-releases of a bound', () => {
  expect(rangesMeet('2.2.x', '>=2.2.3 <3.0.0')).toBe(true);
  expect(rangesMeet('2.2.x <2.2.1', '>=0.0.0 <2.2.0')).toBe(false);
  expect(rangesMeet('2.0.0-rc.1', '>=2.0.0-0 <2.1.0')).toBe(true);
});
