import { expect, test } from 'vitest';
import type { KubeObject } from '../model/kube.ts';
import { readWebhookHealth } from './webhook-health.ts';

const path = {
  validating: '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations',
  services: '/api/v1/namespaces/prod/services',
  slices: '/apis/discovery.k8s.io/v1/namespaces/prod/endpointslices',
};

function configuration(webhook: object, annotations: Readonly<Record<string, string>> = {}): KubeObject {
  const base = { apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingWebhookConfiguration' };
  const clientConfig = { service: { namespace: 'prod', name: 'policy' } };
  return { ...base, metadata: { name: 'policy', annotations }, webhooks: [{ clientConfig, ...webhook }] } as KubeObject;
}

function service(spec: KubeObject['spec'] = { selector: { app: 'policy' } }): KubeObject {
  return { apiVersion: 'v1', kind: 'Service', metadata: { name: 'policy' }, ...(spec === undefined ? {} : { spec }) };
}

function slice(...endpoints: readonly object[]): KubeObject {
  const labels = { 'kubernetes.io/service-name': 'policy' };
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: 'p', labels },
    endpoints,
  } as KubeObject;
}

function health(lists: Readonly<Record<string, readonly KubeObject[]>>) {
  return readWebhookHealth(async (asked) => lists[asked] ?? [], ['shop'], 'prod');
}

const down = slice({ addresses: ['10.0.0.1'], conditions: { ready: false } });

test('O14: a webhook that nobody answers is unhealthy, and its release is known', async () => {
  const annotations = { 'meta.helm.sh/release-name': 'shop', 'meta.helm.sh/release-namespace': 'prod' };
  const lists = { [path.validating]: [configuration({}, annotations)], [path.services]: [service()] };
  for (const slices of [[], [down], [slice()]]) {
    const found = await health({ ...lists, [path.slices]: slices });
    expect(found).toMatchObject([
      { object: { name: 'policy' }, release: 'shop', state: 'unhealthy', reason: 'NoEndpoints' },
    ]);
  }
});

test.each([
  ['it answers', configuration({}), service(), slice({ addresses: ['10.0.0.1'], conditions: { ready: true } })],
  ['its failure is ignored', configuration({ failurePolicy: 'Ignore' }), service(), down],
  ['it is outside the cluster', configuration({ clientConfig: { url: 'https://policy.example' } }), service(), down],
  ['it looks at other namespaces', configuration({ namespaceSelector: { matchLabels: { a: 'b' } } }), service(), down],
  ['its Service has no selector', configuration({}), service({ type: 'ExternalName' }), down],
])('O14: a webhook is left out where %s', async (_why, webhook, of, slices) => {
  expect(await health({ [path.validating]: [webhook], [path.services]: [of], [path.slices]: [slices] })).toEqual([]);
});

test('O14: a webhook of a release of the same name elsewhere is not ours, and forbidden reads accuse nobody', async () => {
  const annotations = { 'meta.helm.sh/release-name': 'shop', 'meta.helm.sh/release-namespace': 'other' };
  const [item] = await health({ [path.validating]: [configuration({}, annotations)], [path.services]: [service()] });
  expect(item?.release).toBeUndefined();
  expect(await health({ [path.validating]: [configuration({})] })).toEqual([]);
});
