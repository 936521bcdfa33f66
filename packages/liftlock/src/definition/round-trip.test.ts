import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { Platform } from '../model/platform.ts';
import { wildTexts } from './wild-texts.ts';
import { parsePlatform } from './yaml-source.ts';

// Refused, for what they do to a terminal: wild-texts.ts.
const isTame = (string: string) => wildTexts(string).length === 0;
const name = fc.stringMatching(/^[a-z]([-a-z0-9]{0,10}[a-z0-9])?$/);
// Text that YAML is tempted to read as something else belongs to it.
const text = fc.oneof(
  fc.string({ minLength: 1, maxLength: 30, unit: 'grapheme' }).filter(isTame),
  fc.constantFrom(
    'yes',
    'null',
    '1e3',
    '*x',
    '%%A%%',
    '- a',
    'a: b',
    '# c',
    '0o17',
    ' x ',
    "it's",
    '"',
    '2026-11-21',
    '\ttab\n',
  ),
);
const duration = fc
  .tuple(fc.integer({ min: 1, max: 900 }), fc.constantFrom('s', 'm', 'h'))
  .map((parts) => parts.join(''));
const optional = { requiredKeys: [] as [] };

const check = fc.oneof(
  fc.record({ kind: fc.constantFrom('pods', 'releases', 'login'), title: text }),
  fc.record({ kind: fc.constant('http'), title: text, expects: text }),
  fc.record({
    kind: fc.constant('create-delete'),
    title: text,
    path: fc.webPath().filter((path) => /^\/[^/]*$/.test(path) && !/^\/\.\.?$/.test(path)),
    body: fc.dictionary(
      text.filter((key) => key !== '__proto__'),
      fc.oneof(text, fc.integer(), fc.boolean(), fc.constant(null)),
    ),
    idField: text,
  }),
);

const options = fc.dictionary(
  name,
  fc.record(
    { enum: fc.uniqueArray(text, { minLength: 1, maxLength: 3 }), description: text },
    { requiredKeys: ['enum'] },
  ),
  { maxKeys: 3 },
);

const components = fc.uniqueArray(
  fc.record(
    {
      name,
      title: text,
      description: text,
      release: name,
      chart: fc.record({ oci: name.map((chart) => `oci://registry.example.com/charts/${chart}`) }),
      values: fc.record({
        files: fc.array(
          name.map((file) => `${file}/values.yaml`),
          { minLength: 1, maxLength: 2 },
        ),
      }),
      timeout: duration,
      migrates: fc.record({ containers: fc.array(name, { minLength: 1 }), note: text }),
      outage: fc.record({ expected: fc.boolean(), why: text }),
    },
    { requiredKeys: ['name', 'title', 'release', 'chart', 'values', 'timeout'] },
  ),
  { minLength: 1, maxLength: 4, selector: ({ name: component }) => component },
);

const platform = fc
  .record(
    {
      metadata: fc.record({ name, title: text, guide: fc.record({ title: text }) }),
      tools: fc.constantFrom({ helm: '>=3.16.0' }, { helm: '^3.14 || ^4' }),
      options,
      namespace: name,
      components,
      checks: fc.array(check, { maxLength: 4 }),
      graces: fc.record({ imageRefusals: fc.integer({ min: 1 }), unschedulable: duration }, optional),
      troubleshooting: fc.array(
        fc.record({ findings: fc.constant(['OUT_OF_MEMORY']), title: text, steps: fc.array(text, { minLength: 1 }) }),
      ),
      support: fc.record({ contact: text }),
    },
    { requiredKeys: ['metadata', 'tools', 'options', 'namespace', 'components'] },
  )
  .map((made) => ({
    apiVersion: 'liftlock.dev/v1alpha1',
    kind: 'Platform',
    ...made,
    components: made.components.map((component, index) => ({
      ...component,
      release: `r${index}-${component.release}`,
    })),
    ...(made.checks ? { checks: made.checks.map((each, index) => ({ ...each, id: `c${index}` })) } : {}),
  }));

test('any platform is the same after it was written as YAML and read back', () => {
  fc.assert(
    fc.property(platform, (made) => {
      const once = parsePlatform(stringify(made), 'platform.yaml');
      expect(once).toEqual(Platform.parse(made));
      expect(parsePlatform(stringify(once), 'platform.yaml')).toEqual(once);
      expect(parsePlatform(JSON.stringify(once), 'platform.yaml')).toEqual(once);
    }),
    { numRuns: 200 },
  );
});
