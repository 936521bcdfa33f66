import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { idsIn, parseRows } from './rows.ts';
import { testTitles } from './test-titles.ts';

test('docs/rows.md has every row once, in order', () => {
  const numbers = (letter: string, last: number): readonly string[] =>
    Array.from({ length: last }, (_, index) => `${letter}${String(index + 1).padStart(2, '0')}`);
  const expected = [
    ...numbers('C', 37),
    ...numbers('R', 33).flatMap((id) => (id === 'R13' ? [id, 'R13b'] : [id])),
    ...numbers('D', 21),
    ...numbers('X', 4),
  ];
  const rows = parseRows(readFileSync(join(import.meta.dirname, '../docs/rows.md'), 'utf8'));
  expect(rows.map((row) => row.id)).toEqual(expected);
});

test.for([
  ['C31: a refused image is named', ['C31']],
  ['C31, C32 and O13: two at once', ['C31', 'C32']],
  ['C17-C21: the commands', ['C17', 'C18', 'C19', 'C20', 'C21']],
  ['R13b: not for uninstalls', ['R13b']],
  ['C16 > C17: within a group', ['C16', 'C17']],
  ['Vendor: from 2.9 > R03, R08: within a group that has a colon', ['R03', 'R08']],
  ['reads what C31 says', []],
  ['a title: with C31 behind its colon', []],
] as const)('ids are read from the head of "%s"', ([title, ids]) => {
  expect(idsIn(title)).toEqual(ids);
});

test('titles are read from tests, groups and tables, not from what is skipped or commented out', () => {
  const source = `
    describe('C01', () => { test('one: x', () => {}); });
    test.for([[1]])('C02: %s', () => {});
    test.skip('C03: later', () => {});
    // test('C04: gone', () => {});
    it.todo('C05: later');
    test(\`C06: \${name} here\`, () => {});
  `;
  expect(testTitles(source)).toEqual(['C01 > one: x', 'C02: %s', 'C06: … here']);
});
