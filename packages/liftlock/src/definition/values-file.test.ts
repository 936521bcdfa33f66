import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isProblem } from '../model/problem.ts';
import { parseValues } from './values-file.ts';

interface Sample {
  readonly yaml: string;
  /** What `helm install --dry-run=client -o json` showed under `config`, with Helm 3.22.0 and 4.3.0. */
  readonly helm?: unknown;
  readonly helm3?: unknown;
  readonly helm4?: unknown;
}
const samples = JSON.parse(readFileSync(new URL('helm-values.json', import.meta.url), 'utf8')) as Sample[];

function read(text: string): unknown {
  try {
    return parseValues(text, 'values.yaml');
  } catch (error) {
    if (isProblem(error) && error.code === 'VALUES_UNREADABLE') return 'refused';
    throw error;
  }
}

function failure(text: string): string {
  try {
    parseValues(text, 'values.yaml');
  } catch (error) {
    if (isProblem(error)) return error.message;
    throw error;
  }
  return 'no error';
}

describe('values are read as helm 3 and helm 4 read them', () => {
  test.each(samples.filter(({ helm }) => helm !== undefined).map(({ yaml, helm }) => [yaml, helm] as const))(
    '%j',
    (yaml, helm) => {
      const ours = read(yaml);
      // JSON has no -0 to tell apart.
      expect(typeof ours === 'string' ? ours : JSON.parse(JSON.stringify(ours))).toEqual(
        typeof helm === 'string' ? helm : JSON.parse(JSON.stringify(helm)),
      );
    },
  );

  test.each(samples.filter(({ helm }) => helm === undefined).map(({ yaml }) => [yaml] as const))(
    'refused, as they differ: %j',
    (yaml) => {
      expect(read(yaml)).toBe('refused');
    },
  );
});

test.each([
  [
    'a: foo: bar\n',
    'values.yaml:1:4: a second "key:" on the same line; quote the value if it holds ": ", or indent the next line.',
  ],
  ['a: 1\nb: @x\n', 'values.yaml:2:4: a value cannot begin with this character; put the value in quotes.'],
  ['a: *x\n', 'values.yaml:1:4: an alias without its anchor; quote the value if it begins with a star.'],
  ['- a\n', 'values.yaml:1:1: values are a map of keys, and this is not.'],
])('the place and the remedy of %j', (text, message) => {
  expect(failure(text)).toBe(message);
});

test('no error quotes the file: it may hold secrets', () => {
  for (const text of [
    'a: "hunter22\n',
    'a: [hunter22\n',
    'a: hunter22]: x: y\n',
    '- hunter22\n',
    'a: !!int hunter22\n',
    'a: *hunter22\n',
  ]) {
    const message = failure(text);
    expect(message).not.toBe('no error');
    expect(message).not.toContain('hunter22');
  }
});

test('aliases that multiply without end are refused, not expanded', () => {
  const rows = Array.from({ length: 12 }, (_, index) => `a${index + 1}: &a${index + 1} [${`*a${index},`.repeat(9)}]`);
  expect(failure(['a0: &a0 [x]', ...rows].join('\n'))).toContain('expand to too many values');
});

test('a file that is nested without end is refused', () => {
  expect(read(`a: ${'['.repeat(20_000)}`)).toBe('refused');
});

test('keys of JavaScript objects are ordinary keys', () => {
  const values = parseValues('__proto__: {polluted: 1}\nconstructor: 2\n', 'values.yaml');
  expect(Object.keys(values)).toEqual(['__proto__', 'constructor']);
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
});

test('any JSON map is read back from its JSON text', () => {
  const values = fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue({ maxDepth: 3 }));
  fc.assert(
    fc.property(values, (made) => {
      const text = JSON.stringify(made);
      expect(parseValues(`${text}\n`, 'values.yaml')).toEqual(JSON.parse(text));
    }),
  );
});
