import { expect, test } from 'vitest';
import type { KubeObject } from '../model/kube.ts';
import { foreignEdits } from './foreign-edits.ts';

const since = new Date('2026-12-05T22:00:00Z');

function web(image: string, replicas: number, managedFields: readonly object[] = []): KubeObject {
  const spec = {
    replicas,
    template: { spec: { containers: [{ name: 'web', image, resources: { limits: { cpu: 1 } } }] } },
  };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'prod', ...(managedFields.length === 0 ? {} : { managedFields }) },
    spec,
  };
}

/** A manager's entry, with the fields that it owns. */
function by(manager: string, time: string, fieldsV1: object, more: object = {}): object {
  return { manager, time, operation: 'Update', fieldsV1, ...more };
}

const late = '2026-12-05T22:00:05Z';
const later = '2026-12-05T22:00:09Z';
const inContainer = (fields: object) => ({
  'f:spec': { 'f:template': { 'f:spec': { 'f:containers': { 'k:{"name":"web"}': { '.': {}, ...fields } } } } },
});
const image = inContainer({ 'f:image': {} });
const imageField = 'spec.template.spec.containers[web].image';
const annotation = { 'f:metadata': { 'f:annotations': { 'f:restarted': {} } } };
const helmOwns = by('helm', '2026-12-05T21:00:00Z', image);

test.each<[title: string, live: KubeObject, found: readonly string[]]>([
  ['nobody wrote', web('a', 1), []],
  [
    'somebody has set another image since',
    web('b', 1, [by('helm', '2026-12-05T21:00:00Z', {}), by('kubectl-edit', late, image)]),
    [`${imageField} kubectl-edit ${late}`],
  ],
  ['it was before', web('b', 1, [by('kubectl-edit', '2026-12-05T21:59:00Z', image)]), []],
  ['what they wrote is nothing that the chart sets', web('a', 1, [by('kubectl-annotate', late, annotation)]), []],
  [
    'they wrote something, and what is otherwise is not theirs: a webhook made it so when helm wrote it',
    web('b', 1, [helmOwns, by('kubectl-rollout', late, annotation)]),
    [],
  ],
  [
    'they wrote the same field of another container',
    web('b', 1, [by('kubectl-edit', late, JSON.parse(JSON.stringify(image).replace('web', 'proxy')) as object)]),
    [],
  ],
  [
    'of two writers the one is named whose field it is',
    web('b', 1, [by('kubectl-edit', late, image), by('kubectl-annotate', later, annotation)]),
    [`${imageField} kubectl-edit ${late}`],
  ],
  ['helm itself', web('b', 1, [by('helm', late, image)]), []],
  ['a status', web('b', 1, [by('operator', late, image, { subresource: 'status' })]), []],
  ['replicas, which autoscalers move', web('a', 5, [by('keda', late, { 'f:spec': { 'f:replicas': {} } })]), []],
])('%s', (_title, live, found) => {
  const edits = foreignEdits([web('a', 1)], [live], 'prod', since);
  expect(edits.map(({ field, manager, at }) => `${field} ${manager} ${at}`)).toEqual(found);
});

test("what the API server never stored is no difference, and what is gone is the last writer's", () => {
  const set = (env: readonly object[]): KubeObject => {
    const containers = [{ name: 'web', image: 'a', env, volumeMounts: [] }];
    const template = { metadata: { annotations: {} }, spec: { containers, tolerations: [], hostNetwork: false } };
    return { ...web('a', 1), spec: { template } } as unknown as KubeObject;
  };
  const containers = [{ name: 'web', image: 'a', env: [{ name: 'A', value: '1' }] }];
  const live: KubeObject = {
    ...web('a', 1, [by('kubectl-rollout', late, annotation)]),
    spec: { template: { metadata: { creationTimestamp: null }, spec: { containers } } },
  };
  const fields = (env: readonly object[]) =>
    foreignEdits([set(env)], [live], 'prod', since).map(({ field, manager }) => `${field} ${manager}`);
  const [a, b] = [
    { name: 'A', value: '1' },
    { name: 'B', value: '2' },
  ];
  expect(fields([a])).toEqual([]);
  expect(fields([a, b])).toEqual(['spec.template.spec.containers[web].env[B] kubectl-rollout']);
});

test('a namespace that a chart names where there is none is no difference', () => {
  const role = (namespace: string | undefined, managedFields?: readonly object[]) =>
    ({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name: 'r', ...(namespace === undefined ? {} : { namespace }), managedFields },
      rules: [],
    }) as unknown as KubeObject;
  expect(foreignEdits([role('prod')], [role('prod', [by('argo', late, annotation)])], 'prod', since)).toEqual([]);
  expect(foreignEdits([role('prod')], [role(undefined, [by('argo', late, annotation)])], 'prod', since)).toEqual([]);
});

test("a Secret's values are compared as they are stored", () => {
  const set = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 's' },
    stringData: { key: 'a' },
  } as unknown as KubeObject;
  const live = (key: string): KubeObject =>
    ({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: {
        name: 's',
        namespace: 'prod',
        managedFields: [by('kubectl-edit', late, { 'f:data': { '.': {}, 'f:key': {} } })],
      },
      data: { key },
    }) as unknown as KubeObject;
  expect(foreignEdits([set], [live('YQ==')], 'prod', since)).toEqual([]);
  expect(foreignEdits([set], [live('Yg==')], 'prod', since).map(({ field }) => field)).toEqual(['data.key']);
});
