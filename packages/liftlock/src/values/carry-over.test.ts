import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Json, JsonObject } from '../model/json.ts';
import type { ValueRule } from '../model/migration.ts';
import { applyCarryOver, traceRules } from './carry-over.ts';
import { fitsPattern, patternOf, readPattern } from './value-path.ts';
import { asType } from './value-types.ts';

const carried = (values: JsonObject, ...rules: readonly ValueRule[]) => applyCarryOver(values, { rules, set: {} });

describe('R17: a table translates values', () => {
  test.each<[string, JsonObject, readonly ValueRule[], JsonObject]>([
    ['a key that moved', { a: { b: 1 } }, [{ from: 'a.b', to: 'c.d' }], { c: { d: 1 } }],
    ['a map that moved', { a: { b: 1, c: { d: 2 } } }, [{ from: 'a', to: 'x.y' }], { x: { y: { b: 1, c: { d: 2 } } } }],
    ['everything below a key', { a: { b: 1, c: 2 } }, [{ from: 'a.*', to: 'x.*' }], { x: { b: 1, c: 2 } }],
    ['a star asks for something below', { a: null }, [{ from: 'a.*', to: 'x' }], { a: null }],
    ['what is dropped', { a: { b: 1 }, c: 2 }, [{ from: 'a', drop: true }], { c: 2 }],
    [
      'an exception before the rule',
      { a: { b: 1, c: 2 } },
      [{ from: 'a.b' }, { from: 'a.*', drop: true }],
      { a: { b: 1 } },
    ],
    [
      'one rule after the other',
      { a: 1, b: 2 },
      [
        { from: 'b', to: 'c' },
        { from: 'a', to: 'b' },
      ],
      { b: 1, c: 2 },
    ],
    ['a key with a dot', { a: { 'x.io/y': '1' } }, [{ from: String.raw`a.x\.io/y`, to: 'b' }], { b: '1' }],
    [
      'a key that is a star',
      { hosts: { '*': 1, a: 2 } },
      [{ from: String.raw`hosts.\*`, drop: true }],
      { hosts: { a: 2 } },
    ],
    ['a list, as a whole', { a: [1, { b: 2 }] }, [{ from: 'a', to: 'c' }], { c: [1, { b: 2 }] }],
    ['null, which deletes a default', { a: { b: null } }, [{ from: 'a', to: 'c' }], { c: { b: null } }],
    ['text that looks like a number', { a: '0123' }, [{ from: 'a', to: 'c' }], { c: '0123' }],
    ['a number as text', { port: 8080 }, [{ from: 'port', as: 'string' }], { port: '8080' }],
    ['text as a number', { port: '8080' }, [{ from: 'port', to: 'p', as: 'number' }], { p: 8080 }],
    ['text as a switch', { on: 'false' }, [{ from: 'on', as: 'boolean' }], { on: false }],
    ['one as a list', { host: 'a' }, [{ from: 'host', to: 'hosts', as: 'list' }], { hosts: ['a'] }],
    [
      'a map as a list',
      { env: { A: '1', B: { value: '2', x: 3 } } },
      [{ from: 'env', as: 'list' }],
      {
        env: [
          { name: 'A', value: '1' },
          { name: 'B', value: '2', x: 3 },
        ],
      },
    ],
    [
      'a list as a map',
      {
        env: [
          { name: 'A', value: '1' },
          { name: 'B', valueFrom: { x: 1 } },
        ],
      },
      [{ from: 'env', to: 'extra.env', as: 'map-by-name' }],
      { extra: { env: { A: '1', B: { valueFrom: { x: 1 } } } } },
    ],
    ['an empty map, which says nothing', { a: {} }, [{ from: 'a', as: 'list' }], {}],
    ['two that agree', { a: 1, b: 1 }, [{ from: 'a', to: 'b' }], { b: 1 }],
  ])('%s', (_title, values, rules, expected) => {
    expect(carried(values, ...rules)).toEqual(expected);
    expect(traceRules(values, rules).faults).toEqual([]);
  });

  test.each<[string, JsonObject, ValueRule, string]>([
    ['another value in its place', { a: 1, b: 2 }, { from: 'a', to: 'b' }, 'b'],
    ['a value around its place', { a: 1, b: 2 }, { from: 'a', to: 'b.c' }, 'b.c'],
    ['values below its place', { a: 1, b: { c: 2 } }, { from: 'a', to: 'b' }, 'b'],
    ['text that is no number', { a: '007' }, { from: 'a', as: 'number' }, 'number'],
    ['a switch that says neither', { a: 'on' }, { from: 'a', as: 'boolean' }, 'boolean'],
    [
      'a list with two of one name',
      { a: [{ name: 'x' }, { name: 'x' }] },
      { from: 'a', as: 'map-by-name' },
      'map-by-name',
    ],
    ['an empty list, which deletes', { a: [] }, { from: 'a', as: 'map-by-name' }, 'map-by-name'],
    ['a null in a map', { a: { b: null } }, { from: 'a', as: 'list' }, 'list'],
  ])('%s stays where it is, and is told', (_title, values, rule, why) => {
    expect(carried(values, rule)).toEqual(values);
    const { faults } = traceRules(values, [rule]);
    expect(faults.map(({ why: said }) => said)).toEqual([expect.stringContaining(why)]);
  });

  test('what the definition sets wins', () => {
    const carryOver = { rules: [{ from: 'old', to: 'new' }], set: { new: 2, more: { a: true } } };
    expect(applyCarryOver({ old: 1, more: { b: 1 } }, carryOver)).toEqual({ new: 2, more: { a: true, b: 1 } });
  });
});

const key = fc.constantFrom('a', 'b', 'c', 'x.y', '*', '__proto__');
const leaf = fc.oneof(
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
  fc.constantFrom('1', '007', 'true', 'null', '1e3', '~', ''),
  fc.array(fc.constantFrom<Json>('a', null, 1, { b: null }), { maxLength: 3 }),
);
const tree: fc.Arbitrary<JsonObject> = fc.letrec<{ tree: JsonObject }>((tie) => ({
  tree: fc
    .array(fc.tuple(key, fc.oneof({ weight: 3, arbitrary: leaf }, { weight: 2, arbitrary: tie('tree') })), {
      maxLength: 3,
    })
    .map((entries) => Object.fromEntries(entries) as JsonObject),
})).tree;
const path = fc.array(key, { minLength: 1, maxLength: 3 });
const keep: fc.Arbitrary<ValueRule> = fc
  .tuple(
    path,
    fc.option(path, { nil: undefined }),
    fc.option(fc.constantFrom('string', 'number', 'list', 'map-by-name')),
  )
  .map(([from, to, as]) => ({
    from: patternOf(from),
    ...(to === undefined ? {} : { to: patternOf(to) }),
    ...(as === null ? {} : { as: as as 'string' }),
  }));

/** Every value of a tree, with maps and lists opened, as text: what a translation may move and retype, but not lose. */
function scalars(value: Json | undefined): readonly string[] {
  if (Array.isArray(value)) return (value as readonly Json[]).flatMap(scalars);
  if (typeof value === 'object' && value !== null) return Object.values(value).flatMap(scalars);
  return [String(value)];
}

test('rules that drop nothing lose nothing', () => {
  fc.assert(
    fc.property(tree, fc.array(keep, { maxLength: 4 }), (values, rules) => {
      const after = new Set(scalars(carried(values, ...rules)));
      // Of equal values in one place one is enough.
      expect(scalars(values).filter((text) => !after.has(text))).toEqual([]);
    }),
    { numRuns: 1000 },
  );
});

test('rules that fit nothing change nothing; empty maps aside, every value stays what it is', () => {
  fc.assert(
    fc.property(tree, (values) => {
      expect(carried(values, { from: 'nowhere', drop: true }, { from: 'nowhere.*', to: 'a' })).toEqual(values);
    }),
  );
});

test('what was carried over once is not carried over again', () => {
  const rules: readonly ValueRule[] = [
    { from: 'a.b', drop: true },
    { from: 'a.*', to: 'new.a.*' },
    { from: 'b', to: 'new.b', as: 'list' },
    { from: 'c', as: 'string' },
  ];
  fc.assert(
    fc.property(tree, (values) => {
      const carryOver = { rules, set: { domain: 'x.example' } };
      const once = applyCarryOver(values, carryOver);
      expect(applyCarryOver(once, carryOver)).toEqual(once);
    }),
  );
});

test('every value has exactly one fate', () => {
  const drop: fc.Arbitrary<ValueRule> = path.map((keys) => ({ from: patternOf(keys), drop: true }));
  fc.assert(
    fc.property(tree, fc.array(fc.oneof(keep, drop), { maxLength: 4 }), (values, rules) => {
      const { leaves, dropped } = traceRules(values, rules);
      const fates = [...leaves.flatMap(({ origins }) => origins), ...dropped.map((item) => item.path)].map((keys) =>
        JSON.stringify(keys),
      );
      const all = traceRules(values, []).leaves.filter(({ value }) => JSON.stringify(value) !== '{}');
      expect(new Set(fates).size).toBeGreaterThanOrEqual(all.length);
      for (const { path: origin } of all) expect(fates).toContain(JSON.stringify(origin));
    }),
  );
});

test('a path and its pattern are each other’s reverse, and a pattern of a path fits it alone', () => {
  fc.assert(
    fc.property(path, path, (keys, others) => {
      expect(readPattern(patternOf(keys))).toEqual({ keys, isBelow: false });
      expect(fitsPattern(others, readPattern(patternOf(keys)))).toBe(
        JSON.stringify(others.slice(0, keys.length)) === JSON.stringify(keys),
      );
    }),
  );
  expect(readPattern('a.*')).toEqual({ keys: ['a'], isBelow: true });
  expect(readPattern(String.raw`a\.*`)).toEqual({ keys: ['a.*'], isBelow: false });
});

test('a list of named maps survives the way to a map and back', () => {
  const item = fc.record({ value: fc.string(), more: fc.integer() }, { requiredKeys: [] });
  const named = fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 1 });
  fc.assert(
    fc.property(named, item, (names, rest) => {
      const list = names.map((name) => ({ name, ...rest }));
      const map = asType(list, 'map-by-name');
      expect(new Set((asType(map ?? null, 'list') as readonly Json[]).map((value) => JSON.stringify(value)))).toEqual(
        new Set(list.map((value) => JSON.stringify(value))),
      );
    }),
  );
});
