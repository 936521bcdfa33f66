import { expect, test } from 'vitest';
import type { JsonObject } from '../model/json.ts';
import type { KubeObject } from '../model/kube.ts';
import { formatFieldPath } from './field-path.ts';
import { strippedFields } from './stripped-fields.ts';

function object(kind: string, rest: JsonObject, metadata: JsonObject = {}): KubeObject {
  return { apiVersion: 'v1', kind, metadata: { name: 'web', ...metadata }, ...rest };
}

function deployment(container: JsonObject, pod: JsonObject = {}, spec: JsonObject = {}): KubeObject {
  return object('Deployment', {
    spec: { ...spec, template: { spec: { containers: [{ name: 'main', ...container }], ...pod } } },
  });
}

function paths(before: KubeObject, after: KubeObject, installed?: KubeObject): readonly string[] {
  return strippedFields(before, after, installed).map(formatFieldPath);
}

const main = 'spec.template.spec.containers[main]';

test('O21: one variable of a container goes, and it is told by its name', () => {
  const mode = { name: 'MODE', value: 'fast' };
  const debug = { name: 'DEBUG', value: '1' };
  const chart = deployment({ env: [mode] });
  expect(paths(deployment({ env: [mode, debug] }), chart, chart)).toEqual([`${main}.env[DEBUG]`]);
  expect(paths(deployment({ env: [debug] }), deployment({}), deployment({}))).toEqual([`${main}.env`]);
});

test('O21: what admission has set at creation goes, whoever is on record for it', () => {
  const chart = object('Ingress', { spec: { rules: [] } });
  expect(paths(object('Ingress', { spec: { rules: [], ingressClassName: 'nginx' } }), chart, chart)).toEqual([
    'spec.ingressClassName',
  ]);
});

test('what is injected into webhooks goes, with owners, finalizers, labels and annotations', () => {
  const chart = object('ValidatingWebhookConfiguration', { webhooks: [{ name: 'a', clientConfig: {} }] });
  const live = object(
    'ValidatingWebhookConfiguration',
    { webhooks: [{ name: 'a', clientConfig: { caBundle: 'eA==' } }] },
    {
      uid: '1',
      resourceVersion: '5',
      finalizers: ['a/b'],
      labels: { team: 'x' },
      annotations: { 'deployment.kubernetes.io/revision': '3', note: 'y' },
      ownerReferences: [{ kind: 'Thing' }],
    },
  );
  expect(paths(live, chart, chart)).toEqual([
    'metadata.finalizers[a/b]',
    'webhooks[a].clientConfig.caBundle',
    'metadata.annotations.note',
    'metadata.labels.team',
    'metadata.ownerReferences',
  ]);
});

test('what the chart takes back goes with the defaults that came to it, as with a patch', () => {
  const limits = { memory: '1Gi' };
  const probe = { httpGet: { path: '/' } };
  const old = deployment(
    { livenessProbe: probe, resources: { limits }, env: [{ name: 'A', value: 'b' }] },
    { serviceAccountName: 'web', volumes: [{ name: 'v', configMap: { name: 'c' } }] },
    { strategy: { type: 'RollingUpdate' } },
  );
  const live = deployment(
    {
      livenessProbe: { ...probe, periodSeconds: 10 },
      resources: { limits, requests: limits },
      env: [{ name: 'A', value: 'b' }],
    },
    {
      serviceAccountName: 'web',
      serviceAccount: 'web',
      volumes: [{ name: 'v', configMap: { name: 'c', defaultMode: 420 } }],
    },
    { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } } },
  );
  const young = deployment(
    { resources: {} },
    { volumes: [{ name: 'v', secret: { secretName: 'c' } }] },
    { strategy: { type: 'Recreate' } },
  );
  expect(paths(live, young, old)).toEqual([]);
});

test('a key that the chart takes out of a Secret is its own, whichever way it wrote it', () => {
  const live = object('Secret', { data: { a: 'eA==', b: 'eA==', mine: 'eA==' } });
  const old = object('Secret', { data: { a: 'eA==' }, stringData: { b: 'x' } });
  expect(paths(live, object('Secret', { data: { a: 'eA==' } }), old)).toEqual(['data.mine']);
});

test('another type of Service has other fields', () => {
  const spec = (type: string, more: JsonObject) => object('Service', { spec: { type, ...more } });
  const live = spec('NodePort', { externalTrafficPolicy: 'Cluster', ports: [{ port: 80, nodePort: 30000 }] });
  expect(
    paths(live, spec('ClusterIP', { ports: [{ port: 80 }] }), spec('NodePort', { ports: [{ port: 80 }] })),
  ).toEqual([]);
});

test('an object that the installed revision does not have loses all that the new one does not name', () => {
  expect(paths(object('ConfigMap', { data: { a: '1', b: '2' } }), object('ConfigMap', { data: { a: '1' } }))).toEqual([
    'data.b',
  ]);
});
