import { expect, test } from 'vitest';
import { mayRenderRandomly } from '../findings/foreseen/random-templates.ts';
import type { ChartContent } from '../model/chart-content.ts';
import type { ObjectChange } from '../model/plan.ts';
import type { ReleaseRecord } from '../release/release-record.ts';
import { randomFields, withoutRandom } from './nondeterministic.ts';

function content(text: string, subcharts: readonly ChartContent[] = []): ChartContent {
  const templates = [{ path: 'templates/a.yaml', text }];
  return { name: 'demo', values: {}, templates, files: [], dependencies: [], subcharts };
}

function record(password: string): ReleaseRecord {
  const manifest = `---
apiVersion: v1
kind: Secret
metadata: {name: token}
stringData: {key: ${password}, fixed: same}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec: {replicas: 1, template: {metadata: {annotations: {checksum/secret: ${password}}}}}
`;
  return { manifest } as ReleaseRecord;
}

test('O19: only charts that call what gives another result each time are rendered twice', () => {
  const random = content('key: {{ randAlphaNum 12 | quote }}');
  expect([
    mayRenderRandomly(random),
    mayRenderRandomly(content('plain: {{ .Values.a }} # randAlphaNum in a comment')),
    mayRenderRandomly(content('a: b', [content('{{- $ca := genCA "ca" 365 }}')])),
  ]).toEqual([true, false, true]);
});

test('O19: what differs between two renders is left out of the changes; that pods restart for it is not', () => {
  const random = randomFields({ record: record('one'), again: record('two') });
  expect(random.map(({ object, paths }) => [object.kind, ...paths])).toEqual([
    ['Secret', 'data.key'],
    ['Deployment', 'spec.template.metadata.annotations.checksum/secret'],
  ]);
  const change = (apiVersion: string, kind: string, name: string, ...paths: readonly string[]): ObjectChange => ({
    object: { apiVersion, kind, name, namespace: 'shop' },
    change: 'changed',
    fields: paths.map((path) => ({ path, before: 'a', after: 'b' })),
    restartsPods: kind === 'Deployment',
  });
  const left = withoutRandom(
    [
      change('v1', 'Secret', 'token', 'data.key'),
      change('apps/v1', 'Deployment', 'web', 'spec.template.metadata.annotations.checksum/secret', 'spec.replicas'),
      change('v1', 'ConfigMap', 'token', 'data.key'),
    ],
    random,
    'shop',
  );
  expect(left.map((item) => [item.change, item.restartsPods, ...item.fields.map(({ path }) => path)])).toEqual([
    ['unchanged', false],
    ['changed', true, 'spec.replicas'],
    ['changed', false, 'data.key'],
  ]);
});

test('one render alone tells nothing', () => {
  expect(randomFields({ record: record('one') })).toEqual([]);
});

test('O19: of a list of containers only what is made up is left out, not what the upgrade changes beside it', () => {
  const made = (token: string, sidecar = 'beside') => ({
    manifest: `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  template:
    spec:
      containers:
        - {name: main, image: "shop:2", args: ["${token}"], env: [{name: TOKEN, value: ${token}}, {name: MODE, value: a}]}
        - {name: ${sidecar}, image: "proxy:1"}
`,
  });
  const paths = (again: object) =>
    randomFields({ record: made('one') as ReleaseRecord, again: again as ReleaseRecord })[0]?.paths;
  const containers = 'spec.template.spec.containers';
  expect(paths(made('two'))).toEqual([`${containers}[main].args`, `${containers}[main].env[TOKEN].value`]);
  expect(paths(made('one', 'other'))).toEqual([`${containers}[beside]`, `${containers}[other]`]);
  const fields = ['[main].image', '[main].args', '[main].env[TOKEN].value', '[main].env[MODE].value'];
  const change: ObjectChange = {
    object: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', namespace: 'shop' },
    change: 'changed',
    fields: fields.map((field) => ({ path: `${containers}${field}`, before: 'a', after: 'b' })),
    restartsPods: true,
  };
  const random = randomFields({ record: made('one') as ReleaseRecord, again: made('two') as ReleaseRecord });
  const [left] = withoutRandom([change], random, 'shop');
  expect(left?.fields.map(({ path }) => path)).toEqual([
    `${containers}[main].image`,
    `${containers}[main].env[MODE].value`,
  ]);
});
