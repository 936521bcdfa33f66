import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Json, JsonObject } from '../model/json.ts';
import { isProblem } from '../model/problem.ts';
import { parseHelmCommand } from './helm-command.ts';
import { setFlags } from './set-flags.ts';
import { SetFault, SetValues, type SetFlagName } from './set-values.ts';

const shownByConsole = String.raw`helm repo add acme https://charts.acme.example && helm repo update
# the cluster of team blue
helm upgrade -i acme-cluster acme/acme-cluster -n acme \
  --set controlPlane.url=ai.example.com \
  --set controlPlane.clientSecret='s3cret$with,comma' \  
--set cluster.uid=0123 --set-string cluster.zone=7 \
  --set "cluster.labels={a,b\,c}" \
  --version="2.19.3" --create-namespace
`;

test('R26: the command of a console is read as a shell and helm would read it, and never run', () => {
  const command = parseHelmCommand(shownByConsole.replace('with,comma', 'with\\,comma'), 'install.txt');
  expect(command).toEqual({
    release: 'acme-cluster',
    chart: 'acme/acme-cluster',
    namespace: 'acme',
    version: '2.19.3',
    install: true,
    values: {
      controlPlane: { url: 'ai.example.com', clientSecret: 's3cret$with,comma' },
      cluster: { uid: '0123', zone: '7', labels: ['a', 'b,c'] },
    },
    blanksAfterBackslash: [5],
  });
});

test.each<[string, string, Json]>([
  [
    '--set',
    'a=1,b.c=true,b.d=null,e=NULL,f=0,g=007,h=1.5,i=-3,j=x y',
    { a: 1, b: { c: true, d: null }, e: null, f: 0, g: '007', h: '1.5', i: -3, j: 'x y' },
  ],
  ['--set', 'a={x,1,true},b=2', { a: ['x', 1, true], b: 2 }],
  ['--set', 'a={},b={x}', { a: [''], b: ['x'] }],
  ['--set', 'a[0]=x,a[2].b=y,c[1][0]=z', { a: ['x', null, { b: 'y' }], c: [null, ['z']] }],
  ['--set', String.raw`a\.b.c=1,d=x\,y,e=\{x}`, { 'a.b': { c: 1 }, d: 'x,y', e: '{x}' }],
  ['--set', 'a=,b=c=d', { a: '', b: 'c=d' }],
  ['--set-string', 'a=1,b=true,c=null,d={1,2}', { a: '1', b: 'true', c: 'null', d: ['1', '2'] }],
  ['--set-json', 'a={"b":[1.5,null]},c="x,y",d=', { a: { b: [1.5, null] }, c: 'x,y', d: null }],
  ['--set-json', '{"a":{"b":1}}', { a: { b: 1 } }],
  ['--set-literal', String.raw`a.b=x,y\z={`, { a: { b: String.raw`x,y\z={` } }],
])('%s %s', (flag, text, expected) => {
  const values = new SetValues();
  values.apply(flag as SetFlagName, text);
  expect(values.values()).toEqual(expected);
});

test.each([
  ['--set', 'a', 'a has no value'],
  ['--set', 'a,b=1', 'a has no value'],
  ['--set', 'a={x', 'the list of a is not closed'],
  ['--set', 'a[x]=1', 'a[x] has no good index'],
  ['--set', 'a[99999999]=1', 'no good index'],
  ['--set', 'a=1,a.b=2', 'was given a value before'],
  ['--set', 'a=99999999999999999999', 'too large'],
  ['--set', `${'a.'.repeat(40)}b=1`, 'more than 30 levels'],
  ['--set-json', 'a={', 'the value is no JSON'],
])('refuses %s %s', (flag, text, why) => {
  expect(() => new SetValues().apply(flag as SetFlagName, text)).toThrow(SetFault);
  expect(() => new SetValues().apply(flag as SetFlagName, text)).toThrow(why);
});

describe('bad input names its line and a remedy', () => {
  const failure = (text: string) => {
    try {
      parseHelmCommand(text, 'c.txt');
    } catch (error) {
      if (isProblem(error)) return `${error.message} ${error.advice[0] ?? ''}`;
      throw error;
    }
    return 'nothing';
  };
  const head = 'helm upgrade -i r c \\\n';
  test.each([
    [
      'a line that a shell would lose',
      `${head} --set a=1\n  --set b=hunter2`,
      'c.txt:3: this line begins with --set, and the line before it does not end in a backslash',
    ],
    [
      'a variable',
      `${head} --set a=$PASSWORD`,
      'c.txt:2: this line has a variable or a substitution. Nothing is run here',
    ],
    ['a substitution in quotes', `${head} --set "a=$(id)"`, 'c.txt:2: this line has a variable'],
    ['a pipe', 'helm get values x | helm upgrade r c', 'c.txt:1: this line has a pipe.'],
    ['a redirection', 'helm upgrade r c > x', 'a redirection'],
    ['an open quote', `${head} --set 'a=hunter2\n`, 'c.txt:2: this line opens a quote'],
    ['a curly quote', `${head} --set a=“x”`, 'a curly quote'],
    ['a long dash', `${head} –set a=x`, 'a long dash'],
    [
      'a flag that is not known',
      `${head} --sett a=hunter2`,
      'c.txt:2: this line has a flag that is not known: --sett.',
    ],
    ['a values file', `${head} -f values.yaml`, 'reads a file (--values)'],
    ['a flag without its value', `${head} --set`, 'gives --set no value'],
    [
      'an assignment that helm refuses',
      `${head} --set a={hunter2`,
      'c.txt:2: this line has a --set that helm refuses: the list of a is not closed',
    ],
    ['no command', '# nothing\n', 'begins no helm upgrade'],
    ['another program', 'kubectl apply -f x\nhelm upgrade r c', 'c.txt:1: this line is no helm command'],
    ['two upgrades', 'helm upgrade r c\nhelm upgrade r2 c', 'c.txt:2: this line begins a second helm upgrade'],
    ['no chart', 'helm upgrade r --set a=1', 'names no release and chart'],
    ['a value with a blank', 'helm upgrade r c --set a=b c', 'has a word too many'],
  ])('%s', (_title, text, said) => {
    const told = failure(text);
    expect(told).toContain(said);
    expect(told).not.toContain('hunter2');
  });

  test('lines that end as on Windows, a byte order mark and a last backslash do no harm', () => {
    const text = '\uFEFFhelm upgrade r c \\\r\n  --set a=1 \\\r\n';
    expect(parseHelmCommand(text, 'c.txt')).toMatchObject({ values: { a: 1 }, blanksAfterBackslash: [] });
    expect(parseHelmCommand('helm upgrade r c --set \\\n"a= x"', 'c.txt').values).toEqual({ a: ' x' });
    expect(parseHelmCommand('helm upgrade --install=false -nx r c --set=a="b c"', 'c.txt')).toMatchObject({
      install: false,
      namespace: 'x',
      values: { a: 'b c' },
    });
  });
});

const key = fc.oneof(
  fc.constantFrom('a', 'b.c', 'd[0]', 'x,y', 'e=f', String.raw`back\slash`, '__proto__'),
  fc.string({ minLength: 1 }),
);
const scalar = fc.oneof(
  fc.string(),
  fc.constantFrom('1', '007', 'true', 'NULL', '{x}', 'a,b', '-5', '', '1e3', String.raw`\{`),
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);
const value: fc.Arbitrary<Json> = fc.oneof(scalar, fc.array(scalar, { maxLength: 3 }), fc.constant({}));
const values: fc.Arbitrary<JsonObject> = fc.dictionary(key, fc.oneof(value, fc.dictionary(key, value, { minKeys: 1 })));

test('R23: values that become flags are read back as they were', () => {
  fc.assert(
    fc.property(values, (wanted) => {
      const flags = setFlags(wanted);
      const read = new SetValues();
      for (let index = 0; index < flags.length; index += 2)
        read.apply(flags[index] as SetFlagName, flags[index + 1] ?? '');
      expect(JSON.parse(JSON.stringify(read.values()))).toEqual(JSON.parse(JSON.stringify(wanted)));
    }),
    { numRuns: 2000 },
  );
});

test('no text makes the reader hang or throw anything but a Problem', () => {
  const piece = fc.constantFrom(
    'helm upgrade r c',
    ' ',
    '\\',
    '\n',
    '"',
    "'",
    '--set',
    'a=',
    '{',
    '}',
    ',',
    '[0]',
    '.',
    'x',
    '#',
    '&&',
    ';',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 25 }), (pieces) => {
      try {
        parseHelmCommand(`helm upgrade r c ${pieces.join('')}`, 'c.txt');
      } catch (error) {
        expect(isProblem(error) && error.code).toBe('COMMAND_UNREADABLE');
      }
    }),
    { numRuns: 2000 },
  );
});
