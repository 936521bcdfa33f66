import { expect, test } from 'vitest';
import { isProblem } from './problem.ts';
import { isVersionRange, parseExactVersion, parseToolVersion, satisfiesRange } from './version.ts';

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
