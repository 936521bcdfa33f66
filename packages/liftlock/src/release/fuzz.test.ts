import { expect, test } from 'vitest';
import { fuzz } from '../../test/support/fuzz.ts';
import { readRefusal } from '../findings/foreseen/classify-refusal.ts';
import { parseManifest } from './manifest.ts';

test.each([
  ['release-records', 60],
  ['record-bombs', 1],
  ['helm-output', 80],
  ['manifests', 80],
] as const)('X03: %s are read, or named as what cannot be read', async (name, count) => {
  const { cases, failures } = await fuzz(20261121, count, [name]);
  expect(failures).toEqual([]);
  expect(cases).toBe(count);
});

// What the fuzzer found, kept.
test('X03: a manifest without apiVersion, and one that holds itself, stop nothing but themselves', () => {
  expect(parseManifest('kind: X\nmetadata: {}\n')).toEqual([]);
  for (const spec of ['&a {b: *a}', '*nobody', `${'? '.repeat(1000)}x`])
    expect(() => parseManifest(`apiVersion: v1\nkind: X\nmetadata: {}\nspec: ${spec}\n`)).toThrow(
      expect.objectContaining({ code: 'MANIFEST_UNREADABLE' }),
    );
});

test('X03: a megabyte of one word in what helm says is classified like any other text', () => {
  for (const unit of ['x', '(', 'Kind=', '"', 'spec.']) {
    // It took time with the square of the length: this many would have taken an hour.
    const [reading] = readRefusal({ words: `Error: ${unit.repeat(1_000_000)}` });
    expect(reading?.refusal).toBeUndefined();
  }
});
