import * as fc from 'fast-check';
import { isJsonObject, type Json, type JsonObject } from '../../../src/model/json.ts';

const escape = '\u001B';

/** Texts that have broken programs like this one: terminals, shells, paths, prototypes, markup, YAML. */
export const nastyTexts: readonly string[] = [
  '',
  ' ',
  '\0',
  `${escape}[2J${escape}[1;1H`,
  `${escape}]8;;https://evil.example${escape}\\click${escape}]8;;${escape}\\`,
  `${escape}]52;c;ZXZpbA==\u0007`,
  `${escape}[8mhidden`,
  '\u009B31m\u009D0;title\u0007',
  '\u202Etxt.exe\u2066',
  '\r\b\b\u007F',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  '../../../etc/passwd',
  '/etc/passwd',
  '~/.kube/config',
  'file:///etc/passwd',
  '//evil.example/x',
  String.raw`\\evil.example\x`,
  'https://evil.example/{inputs.domain}',
  '{options.__proto__}',
  '{inputs.constructor}',
  '{{ .Values.x }}',
  '$(touch /tmp/owned)',
  '`touch /tmp/owned`',
  "'; touch /tmp/owned; '",
  '<script>alert(1)</script>',
  '![x](javascript:alert(1))',
  '"><img src=x onerror=alert(1)>',
  '(a+)+$',
  '(?<!x',
  '*x',
  '&a [*a]',
  '<<',
  '!!js/function x',
  '%%NAME%%',
  '1e999',
  '-0',
  '0x7fffffffffffffffffff',
  '99999999999999999999999999',
  '999999999h',
  'x'.repeat(5000),
  'a.'.repeat(2000),
  '('.repeat(1000),
];

/** Text of any kind, the known troublemakers often. */
export const hostileText: fc.Arbitrary<string> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...nastyTexts) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 60 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 60 }) },
);

/** A value of any shape in the place of another. */
export const hostileValue: fc.Arbitrary<Json> = fc.oneof(
  { weight: 4, arbitrary: hostileText },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Json>(null, true, false, 0, -1, 1.5, 1e308, Number.MAX_SAFE_INTEGER, [], {}),
  },
  { weight: 1, arbitrary: fc.constantFrom(nested(30), nested(300), [[[[[]]]]], { ['__proto__']: { polluted: true } }) },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
);

/** Lists in lists. */
function nested(depth: number): Json {
  let value: Json = 'x';
  for (let index = 0; index < depth; index += 1) value = [value];
  return value;
}

interface Change {
  readonly at: number;
  readonly how: 'replace' | 'delete' | 'rename' | 'add' | 'repeat';
  readonly key: string;
  readonly value: Json;
}

const change: fc.Arbitrary<Change> = fc.record({
  at: fc.nat(1_000_000),
  how: fc.constantFrom('replace', 'replace', 'replace', 'delete', 'rename', 'add', 'repeat'),
  key: hostileText,
  value: hostileValue,
});

/** A tree with a few of its parts exchanged, taken away, renamed or doubled. */
export function mutated(trees: readonly Json[], most = 4): fc.Arbitrary<Json> {
  return fc
    .tuple(fc.constantFrom(...trees), fc.array(change, { minLength: 1, maxLength: most }))
    .map(([tree, changes]) => changes.reduce(applyChange, tree));
}

function countOf(tree: Json): number {
  if (Array.isArray(tree)) return (tree as readonly Json[]).reduce<number>((sum, item) => sum + countOf(item), 1);
  if (!isJsonObject(tree)) return 1;
  return Object.values(tree).reduce<number>((sum, item) => sum + countOf(item ?? null), 1);
}

/** The part that is meant is the one with this number, counted from the root down. */
function applyChange(tree: Json, { at, how, key, value }: Change): Json {
  let left = at % countOf(tree);
  const walk = (here: Json): Json | undefined => {
    if (left === 0) {
      left = -1;
      if (how === 'delete') return undefined;
      if (how === 'add' && isJsonObject(here)) return withKey(here, key, value);
      if (how === 'repeat' && Array.isArray(here)) return [...(here as readonly Json[]), ...(here as readonly Json[])];
      if (how === 'rename' && isJsonObject(here)) return renamed(here, key);
      return value;
    }
    if (left > 0) left -= 1;
    if (Array.isArray(here)) return (here as readonly Json[]).flatMap((item) => walk(item) ?? []);
    if (!isJsonObject(here)) return here;
    const entries = Object.entries(here).map(([name, inner]) => [name, walk(inner ?? null)] as const);
    return Object.fromEntries(entries.filter(([, inner]) => inner !== undefined));
  };
  return walk(tree) ?? null;
}

function withKey(map: JsonObject, key: string, value: Json): JsonObject {
  return Object.fromEntries([...Object.entries(map), [key, value]]);
}

function renamed(map: JsonObject, key: string): JsonObject {
  return Object.fromEntries(Object.entries(map).map(([name, value], index) => [index === 0 ? key : name, value]));
}

/** A text with something cut out, put in or doubled. */
export function damagedText(text: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc
    .tuple(
      text,
      fc.nat(1_000_000),
      fc.nat(200),
      hostileText,
      fc.constantFrom('none', 'none', 'cut', 'put', 'double', 'end'),
    )
    .map(([whole, at, length, put, how]) => {
      const start = whole.length === 0 ? 0 : at % whole.length;
      const [before, after] = [whole.slice(0, start), whole.slice(start)];
      if (how === 'cut') return before + after.slice(length);
      if (how === 'put') return before + put + after;
      if (how === 'double') return before + after.slice(0, length) + after;
      return how === 'end' ? before : whole;
    });
}

/** The same for bytes. */
export function damagedBytes(bytes: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Buffer> {
  return fc
    .tuple(
      bytes,
      fc.nat(10_000_000),
      fc.nat(255),
      fc.uint8Array({ maxLength: 600 }),
      fc.constantFrom('flip', 'flip', 'cut', 'put', 'end', 'none'),
    )
    .map(([whole, at, value, put, how]) => {
      const buffer = Buffer.from(whole);
      const start = buffer.length === 0 ? 0 : at % buffer.length;
      if (how === 'flip' && buffer.length > 0) buffer[start] = value;
      if (how === 'cut') return Buffer.concat([buffer.subarray(0, start), buffer.subarray(start + value)]);
      if (how === 'put') return Buffer.concat([buffer.subarray(0, start), put, buffer.subarray(start)]);
      return how === 'end' ? buffer.subarray(0, start) : buffer;
    });
}

/** Aliases that double, anchors that hold themselves, nesting without end, maps of many keys. */
export const yamlBombs: fc.Arbitrary<string> = fc.constantFrom(
  aliases(8, 9),
  aliases(30, 2),
  'a: &a [*a]\n',
  'a: &a {b: *a}\n',
  '['.repeat(20_000),
  '{a: '.repeat(20_000),
  `${'- '.repeat(5000)}x\n`,
  Array.from({ length: 2000 }, (_item, index) => `${' '.repeat(index)}a:`).join('\n'),
  '"'.repeat(9999),
  `a: ${'!'.repeat(9999)}`,
  `${'? '.repeat(3000)}x`,
  `a: |\n${'  x\n'.repeat(50_000)}`,
);

function aliases(levels: number, width: number): string {
  const lines = Array.from({ length: levels }, (_item, index) =>
    index === 0
      ? `a0: &a0 [${Array(width).fill('x').join(', ')}]`
      : `a${index}: &a${index} [${Array(width)
          .fill(`*a${index - 1}`)
          .join(', ')}]`,
  );
  return `${lines.join('\n')}\n`;
}
