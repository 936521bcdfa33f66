import { expect, test } from 'vitest';
import type { Json } from '../model/json.ts';
import { formatValue } from './value-changes.ts';

test.each<[Json | undefined, string]>([
  [undefined, '(absent)'],
  ['', '""'],
  [null, 'null'],
  ['null', '"null"'],
  [7, '7'],
  ['007', '"007"'],
  [true, 'true'],
  ['true', '"true"'],
  ['1e3', '"1e3"'],
  ['2.19.11', '2.19.11'],
  ['plain words', 'plain words'],
  [['a'], '["a"]'],
])('no two values are shown alike: %j', (value, text) => {
  expect(formatValue(value)).toBe(text);
});
