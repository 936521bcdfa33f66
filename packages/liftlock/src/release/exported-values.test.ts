import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseValues } from '../definition/index.ts';
import type { JsonObject } from '../model/json.ts';
import { carriedValues, exportedText } from './exported-values.ts';

test('D06: no values are an empty map and never null', () => {
  expect(exportedText({})).toBe('{}\n');
  expect(carriedValues('current-values.yml', {})).toMatchObject({ path: 'current-values.yml', isCarried: true });
});

test('D06: what helm would read as something else stands in quotes', () => {
  const values = { on: 'yes', octal: '0777', number: '1e3', date: '2026-01-02', none: null, '1': 'null', 'a.b': '~' };
  expect(parseValues(exportedText(values), 'x')).toEqual(values);
});

test('D06: whatever the values are, they are read back the same', () => {
  const value = fc.jsonValue({ maxDepth: 4 }) as fc.Arbitrary<JsonObject>;
  fc.assert(
    fc.property(
      fc.dictionary(
        fc.string({ minLength: 1 }).filter((key) => key !== '__proto__'),
        value,
      ),
      (values) => {
        expect(parseValues(exportedText(values), 'x')).toEqual(JSON.parse(JSON.stringify(values)));
      },
    ),
    { numRuns: 300 },
  );
});
