import { expect, test } from 'vitest';
import { inBoundedTime, patternFault } from './bounded-pattern.ts';

test('patterns that definitions have are taken', () => {
  for (const pattern of [
    String.raw`\b(ERROR|FATAL|CRITICAL|Exception|Traceback)\b|"level":\s*"(error|fatal|critical)"`,
    String.raw`\bWARN(ING)?\b|"level":\s*"warn(ing)?"`,
    '^[a-z]+: [^|*+()]*$',
    String.raw`(a)(b)?[+*|]{2,3}\(x+\)`,
  ])
    expect([pattern, patternFault(pattern)]).toEqual([pattern, undefined]);
});

test('X02: patterns whose time has no bound are refused', () => {
  for (const pattern of [
    '(a+)+$',
    '(a|a)*$',
    '((a*)b?)*',
    '(a{1,9}){1,9}x',
    String.raw`(\w+\s?)*$`,
    '(?:x|y)+',
    '((a|b))+',
    String.raw`(a)\1+`,
    String.raw`(?<n>a)\k<n>`,
  ])
    expect([pattern, patternFault(pattern)]).toEqual([pattern, expect.stringContaining('its time has no bound')]);
  expect(patternFault('(')).toBe('is not a regular expression');
  expect(patternFault('a'.repeat(301))).toContain('at most 300');
});

test('X02: whatever gets through is ended by the engine', () => {
  const text = `${'a'.repeat(40)}!`;
  expect(inBoundedTime(() => /(a+)+$/.test(text))).toBeUndefined();
  expect(inBoundedTime(() => /a+!$/.test(text))).toBe(true);
  expect(() => inBoundedTime(() => JSON.parse('{'))).toThrow(SyntaxError);
});
