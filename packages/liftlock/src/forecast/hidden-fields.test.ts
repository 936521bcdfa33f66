import { expect, test } from 'vitest';
import type { Json, JsonObject } from '../model/json.ts';
import type { KubeObject } from '../model/kube.ts';
import type { ObjectChange } from '../model/plan.ts';
import { masked, Redactor } from '../model/redaction.ts';
import { renderPlanHtml } from '../render/plan-html.ts';
import { plan } from '../render/fixtures.ts';
import { makeStyle } from '../render/style.ts';
import { renderObjectChanges } from '../render/value-changes.ts';
import { changesOf } from './object-changes.ts';

const canary = 'canary-nobody-learned-it';
const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';
const encoded = Buffer.from(canary).toString('base64');

function object(kind: string, fields: JsonObject, annotations?: JsonObject): KubeObject {
  const metadata = { name: 'x', namespace: 'prod', ...(annotations === undefined ? {} : { annotations }) };
  return { apiVersion: 'v1', kind, metadata, ...fields } as unknown as KubeObject;
}

function changes(before: KubeObject, after: KubeObject): readonly ObjectChange[] {
  const answer = { method: 'PATCH', path: '', query: '', status: 200, before, after } as const;
  return changesOf([answer as never], new Redactor(), () => () => ({ because: 'chart or values' }));
}

/** A plan that was made from these changes, in every form that shows them. */
function shownOf(found: readonly ObjectChange[]): string {
  const [component = ''] = Object.keys(plan.forecast.changes);
  const withChanges = { ...plan, forecast: { ...plan.forecast, changes: { [component]: found } } };
  const terminal = renderObjectChanges(withChanges, { style: makeStyle(false), width: 120, verbose: true });
  return [JSON.stringify(withChanges), renderPlanHtml(withChanges), ...terminal].join('\n');
}

function pod(env: readonly Json[] | undefined, more: JsonObject = {}): KubeObject {
  const container = { name: 'main', image: 'a', ...(env === undefined ? {} : { env }), ...more };
  return object('Deployment', { spec: { template: { spec: { containers: [container] } } } });
}

test.each<[string, KubeObject, KubeObject]>([
  ["a Secret's whole data appears", object('Secret', {}), object('Secret', { data: { plain: encoded } })],
  ["a Secret's whole data disappears", object('Secret', { data: { plain: encoded } }), object('Secret', {})],
  ['whole stringData', object('Secret', {}), object('Secret', { stringData: { plain: canary } })],
  ["one key of a Secret's data", object('Secret', { data: { a: encoded } }), object('Secret', { data: { a: 'eA==' } })],
  ["kubectl's copy leaves a Secret", object('Secret', {}, { [lastApplied]: canary }), object('Secret', {}, { a: 'b' })],
  ["a Secret's annotations leave whole", object('Secret', {}, { [lastApplied]: canary }), object('Secret', {})],
  ["kubectl's copy of another kind", object('ConfigMap', {}, { [lastApplied]: canary }), object('ConfigMap', {})],
  [
    "kubectl's copy of another kind is another",
    object('ConfigMap', {}, { [lastApplied]: canary }),
    object('ConfigMap', {}, { [lastApplied]: 'x' }),
  ],
  ["a Secret's annotation", object('Secret', {}, { copy: canary }), object('Secret', {}, { copy: 'x' })],
  [
    "a ConfigMap's key with a secret's name",
    object('ConfigMap', { data: { DB_PASSWORD: canary } }),
    object('ConfigMap', { data: { DB_PASSWORD: 'x' } }),
  ],
  [
    "a ConfigMap's whole data",
    object('ConfigMap', {}),
    object('ConfigMap', { data: { DB_PASSWORD: canary, LEVEL: 'seen' } }),
  ],
  [
    "a secret variable's value",
    pod([{ name: 'DB_PASSWORD', value: 'x' }]),
    pod([{ name: 'DB_PASSWORD', value: canary }]),
  ],
  ['a secret variable appears', pod([]), pod([{ name: 'DB_PASSWORD', value: canary }])],
  ['the whole list of variables', pod(undefined), pod([{ name: 'DB_PASSWORD', value: canary }])],
  [
    'a whole container',
    object('Deployment', { spec: { template: { spec: {} } } }),
    pod([{ name: 'DB_PASSWORD', value: canary }]),
  ],
])('O9: no value is shown where %s', (_where, before, after) => {
  const found = changes(before, after);
  expect(found[0]?.fields.length).toBeGreaterThan(0);
  const text = shownOf(found);
  expect(text).toContain(masked);
  expect(text).not.toContain(canary);
  expect(text).not.toContain(encoded);
});

test('what has no secret name is shown, and so are references to Secrets', () => {
  const variable = (key: string) => ({ name: 'LEVEL', valueFrom: { secretKeyRef: { name: 'login', key } } });
  expect(changes(pod([variable('old')]), pod([variable('young')]))[0]?.fields).toEqual([
    expect.objectContaining({ before: 'old', after: 'young' }),
  ]);
  const map = (level: string) => object('ConfigMap', { data: { LEVEL: level } });
  expect(changes(map('INFO'), map('WARNING'))[0]?.fields).toEqual([
    expect.objectContaining({ path: 'data.LEVEL', before: 'INFO', after: 'WARNING' }),
  ]);
});
