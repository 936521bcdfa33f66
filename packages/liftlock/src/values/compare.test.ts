import fc from 'fast-check';
import { expect, test } from 'vitest';
import { changedPaths, joinPath, mergeValues, splitPath } from './compare.ts';

test('merges values as helm merges its files: later wins, maps merge, lists are replaced, null stays', () => {
  const first = { image: { tag: '1', pull: 'Always' }, list: [1, 2], gone: { a: 1 } };
  const second = { image: { tag: '2' }, list: [3], gone: null };
  expect(mergeValues(first, second)).toEqual({ image: { tag: '2', pull: 'Always' }, list: [3], gone: null });
});

test('a map takes the place of a scalar, and a scalar of a map', () => {
  expect(mergeValues({ a: 1, b: { c: 2 } }, { a: { x: 1 }, b: 3 })).toEqual({ a: { x: 1 }, b: 3 });
});

test.each([
  { title: 'a leaf that changed', before: { a: { b: 1 } }, after: { a: { b: 2 } }, paths: ['a.b'] },
  { title: 'a leaf that vanished', before: { a: { b: 1, c: 1 } }, after: { a: { c: 1 } }, paths: ['a.b'] },
  {
    title: 'a map that vanished, leaf by leaf',
    before: { a: { b: 1, c: { d: 1 } } },
    after: {},
    paths: ['a.b', 'a.c.d'],
  },
  { title: 'a map that came', before: {}, after: { a: { b: 1 } }, paths: ['a.b'] },
  { title: 'an empty map and none', before: { a: {} }, after: {}, paths: [] },
  { title: 'null and none', before: { a: null }, after: {}, paths: ['a'] },
  { title: 'lists as a whole', before: { a: [1, 2] }, after: { a: [1, 3] }, paths: ['a'] },
  { title: 'a scalar that became a map', before: { a: 1 }, after: { a: { b: 1 } }, paths: ['a'] },
  { title: 'keys in another order', before: { a: [{ x: 1, y: 2 }] }, after: { a: [{ y: 2, x: 1 }] }, paths: [] },
  { title: 'a key with dots', before: { a: { 'x.io/y': '1' } }, after: { a: {} }, paths: [String.raw`a.x\.io/y`] },
])('compares $title', ({ before, after, paths }) => {
  expect(changedPaths(before, after).map((change) => change.path)).toEqual(paths);
});

test('a path survives being written down', () => {
  fc.assert(
    fc.property(fc.array(fc.string(), { minLength: 1 }), (keys) => {
      expect(splitPath(joinPath(keys))).toEqual(keys);
    }),
  );
});

test('values merged over others differ from them in nothing that the later ones say', () => {
  const values = fc.dictionary(
    fc.constantFrom('a', 'b', 'c'),
    fc.oneof(fc.integer(), fc.dictionary(fc.constantFrom('x', 'y'), fc.integer(), { minKeys: 1 })),
  );
  fc.assert(
    fc.property(values, values, (earlier, later) => {
      const merged = mergeValues(earlier, later);
      expect(mergeValues(merged, later)).toEqual(merged);
      const said = changedPaths(later, merged).filter((change) => change.before !== undefined);
      expect(said).toEqual([]);
    }),
  );
});
