import { expect, test } from 'vitest';
import type { JsonObject } from '../model/json.ts';
import type { KubeObject } from '../model/kube.ts';
import type { FieldChange } from '../model/plan.ts';
import { masked, Redactor } from '../model/redaction.ts';
import type { Release } from '../model/snapshot.ts';
import { attributionOf } from './attribution.ts';
import { changesOf } from './object-changes.ts';

const at = '2026-11-20T10:00:00Z';

function web(memory: string, image: string, port = 80): KubeObject {
  const resources = { limits: { memory } };
  const container = { name: 'main', image, resources, ports: [{ name: 'http', containerPort: port, protocol: 'TCP' }] };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', annotations: { 'example.com/team': 'a' } },
    spec: { replicas: 1, template: { spec: { containers: [container] } } },
  };
}

/** What the API server notes of a manager of fields. */
function managing(manager: string, fieldsV1: JsonObject, time = at): JsonObject {
  return { manager, operation: 'Update', time, fieldsV1 };
}

function inContainer(fields: JsonObject): JsonObject {
  return {
    'f:spec': { 'f:template': { 'f:spec': { 'f:containers': { 'k:{"name":"main"}': { '.': {}, ...fields } } } } },
  };
}

function live(object: KubeObject, ...managedFields: readonly JsonObject[]): KubeObject {
  return { ...object, metadata: { ...object.metadata, namespace: 'prod', ...({ managedFields } as object) } };
}

function there(object: KubeObject): KubeObject {
  return { ...object, metadata: { ...object.metadata, namespace: 'prod' } };
}

function release(installed: KubeObject, failed: readonly KubeObject[] = []): Release {
  const revision = {
    revision: 1,
    status: 'deployed',
    chart: 'web',
    version: '1.0.0',
    appVersion: '',
    updated: at,
    description: '',
  } as const;
  return {
    name: 'web',
    namespace: 'prod',
    revisions: [revision],
    newest: revision,
    installed: revision,
    values: {},
    manifest: JSON.stringify(installed),
    hooks: [],
    failedManifests: failed.map((object) => JSON.stringify(object)),
  };
}

function fieldsOf(
  of: Release | undefined,
  before: KubeObject,
  after: KubeObject,
  method = 'PATCH',
): readonly FieldChange[] {
  const answer = { method, path: '/web', status: 200, before, after: there(after), warnings: [] };
  return changesOf([answer], new Redactor(), attributionOf(of)).flatMap((change) => change.fields);
}

/** Path, reason and manager of each changed field. */
function reasons(of: Release | undefined, before: KubeObject, after: KubeObject): readonly string[] {
  return fieldsOf(of, before, after).map((field) => `${field.path}: ${field.because} ${field.manager ?? '-'}`);
}

const memory = 'spec.template.spec.containers[main].resources.limits.memory';
const image = 'spec.template.spec.containers[main].image';

test('O21: a field that was edited since is told apart from what the new revision brings, with manager and time', () => {
  const edit = managing('kubectl-edit', inContainer({ 'f:resources': { 'f:limits': { 'f:memory': {} } } }));
  const helm = managing('helm', inContainer({ 'f:image': {} }));
  const fields = fieldsOf(release(web('1Gi', 'web:1')), live(web('2Gi', 'web:1'), helm, edit), web('1Gi', 'web:2'));
  expect(fields).toEqual([
    { path: image, before: 'web:1', after: 'web:2', because: 'chart or values' },
    { path: memory, before: '2Gi', after: '1Gi', because: 'live edit', manager: 'kubectl-edit', at },
  ]);
});

test('a quantity in another notation is no edit', () => {
  expect(reasons(release(web('1024Mi', 'web:1')), live(web('1Gi', 'web:1')), web('2Gi', 'web:1'))).toEqual([
    `${memory}: chart or values -`,
  ]);
});

test('what a failed revision has set, and what helm alone has written, is no edit', () => {
  const helm = managing('helm', inContainer({ 'f:image': {} }));
  const failed = release(web('1Gi', 'web:1'), [web('1Gi', 'web:2')]);
  const expected = [`${image}: chart or values -`];
  expect(reasons(failed, live(web('1Gi', 'web:2')), web('1Gi', 'web:3'))).toEqual(expected);
  expect(reasons(release(web('1Gi', 'web:1')), live(web('1Gi', 'mirror/web:1'), helm), web('1Gi', 'web:1'))).toEqual(
    expected,
  );
});

test('a field that was removed was removed by someone', () => {
  const { annotations: _annotations, ...metadata } = web('1Gi', 'web:1').metadata;
  const before = live({ ...web('1Gi', 'web:1'), metadata });
  expect(reasons(release(web('1Gi', 'web:1')), before, web('1Gi', 'web:1'))).toContain(
    'metadata.annotations: live edit -',
  );
});

test('the last manager counts, through list keys of several parts and lists that are owned as a whole', () => {
  const ports = { 'f:ports': { 'k:{"containerPort":81,"protocol":"TCP"}': { '.': {}, 'f:containerPort': {} } } };
  const early = managing('first', inContainer({ 'f:ports': {} }), '2026-11-19T10:00:00Z');
  const before = live(web('1Gi', 'web:1', 81), early, managing('second', inContainer(ports)));
  expect(reasons(release(web('1Gi', 'web:1')), before, web('1Gi', 'web:1'))).toEqual([
    'spec.template.spec.containers[main].ports[http].containerPort: live edit second',
  ]);
});

test('an edited Secret is told without its values, whichever way the chart writes it', () => {
  const base = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'key' } } as const;
  const coded = (text: string) => ({ ...base, data: { a: Buffer.from(text).toString('base64') } });
  const installed = { ...base, stringData: { a: 'first value' } };
  const edit = managing('kubectl-patch', { 'f:data': { 'f:a': {} } });
  expect(fieldsOf(release(installed), live(coded('hand-made value'), edit), coded('first value'))).toEqual([
    { path: 'data.a', before: masked, after: 'changed', because: 'live edit', manager: 'kubectl-patch', at },
  ]);
  expect(reasons(release(installed), live(coded('first value'), edit), coded('second value'))).toEqual([
    'data.a: chart or values -',
  ]);
});

test('without an installed revision nothing is an edit', () => {
  expect(reasons(undefined, live(web('2Gi', 'web:1')), web('1Gi', 'web:1'))).toEqual([`${memory}: chart or values -`]);
});

test('O21: what goes only because the object is replaced is a live edit, of its manager or else of --force', () => {
  const withEnv = (env: readonly JsonObject[], mounts: readonly JsonObject[], spec: JsonObject = {}): KubeObject => ({
    ...web('1Gi', 'web:1'),
    spec: { ...spec, template: { spec: { containers: [{ name: 'main', env, volumeMounts: mounts }] } } },
  });
  const [mode, debug] = [{ name: 'MODE' }, { name: 'DEBUG' }];
  const [data, extra] = [
    { name: 'data', mountPath: '/data' },
    { name: 'extra', mountPath: '/extra' },
  ];
  const edit = managing('kubectl-set', inContainer({ 'f:env': { 'k:{"name":"DEBUG"}': { '.': {}, 'f:name': {} } } }));
  const helm = managing('helm', { 'f:spec': { 'f:schedulerName': {} } });
  const chart = withEnv([mode, debug].slice(0, 1), [data]);
  const before = live(withEnv([mode, debug], [data, extra], { schedulerName: 'x' }), helm, edit);
  const whose = (method: string) =>
    fieldsOf(release(chart), before, chart, method).map((field) => [field.path, field.because, field.manager]);
  const container = 'spec.template.spec.containers[main]';
  expect(whose('PUT')).toEqual([
    ['spec.schedulerName', 'live edit', '--force'],
    [`${container}.env[DEBUG]`, 'live edit', 'kubectl-set'],
    [`${container}.volumeMounts[extra]`, 'live edit', '--force'],
  ]);
  expect(new Set(whose('PATCH').map(([, because]) => because))).toEqual(new Set(['chart or values']));
});
