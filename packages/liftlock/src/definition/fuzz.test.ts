import { expect, test } from 'vitest';
import { fuzz } from '../../test/support/fuzz.ts';
import { parsePlatform, parseSite } from './yaml-source.ts';
import { parseValues } from './values-file.ts';

test.each(['definitions', 'sites', 'values'])(
  'X03: %s from strangers are read, or refused with what to do',
  async (name) => {
    const { cases, failures } = await fuzz(20261121, 80, [name]);
    expect(failures).toEqual([]);
    expect(cases).toBe(80);
  },
);

// What the fuzzer found, kept.
test('X03: anchors that hold themselves, nesting and keys that are lists are refused before anything walks over them', () => {
  const refused = [
    'a: &a [*a]\n',
    'a: &a {b: *a}\n',
    `${'? '.repeat(3000)}x`,
    `a: ${'['.repeat(5000)}`,
    `a: ${'['.repeat(70)}${']'.repeat(70)}`,
    '[a, b]: c\n',
  ];
  for (const text of refused) {
    expect(() => parsePlatform(text, 'platform.yaml')).toThrow(/platform\.yaml:1:\d+/);
    expect(() => parseSite(text, 'site.yaml')).toThrow(/site\.yaml:1:\d+/);
  }
  for (const text of refused.filter((item) => !item.endsWith(']]')))
    expect(() => parseValues(text, 'values.yaml')).toThrow(/values\.yaml:1:\d+/);
});
