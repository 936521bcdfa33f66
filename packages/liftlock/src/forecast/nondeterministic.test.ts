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
