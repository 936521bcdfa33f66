import { afterEach, expect, it, vi } from 'vitest';
import { connectCluster } from '../src/adapters/cluster/connect.ts';
import { readHealth } from '../src/run/health.ts';
import { deploymentOf, openForetelling, type Foretelling } from './support/foresee.ts';

let scene: Foretelling | undefined;
afterEach(async () => scene?.close());

it('O14: a webhook that judges the namespace is unhealthy until a pod behind its Service is ready', async () => {
  const made = await openForetelling();
  scene = made;
  const { namespace, sandbox } = made;
  const connection = await connectCluster({ kubeconfig: sandbox.kubeconfig, env: {} });
  made.onClose(async () => connection.close());
  const webhooks = async () =>
    (await readHealth(connection.reader, namespace, [])).filter(({ object }) =>
      object.kind.endsWith('WebhookConfiguration'),
    );
  const path = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations';
  await made.create(path, {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
    metadata: { name: namespace },
    webhooks: [
      {
        name: `policy.${namespace}.example`,
        admissionReviewVersions: ['v1'],
        sideEffects: 'None',
        clientConfig: { service: { namespace, name: 'policy' } },
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
        rules: [
          { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['replicationcontrollers'] },
        ],
      },
    ],
  });
  made.onClose(() => sandbox.api.delete(`${path}/${namespace}`));
  const spec = { selector: { app: 'policy' }, ports: [{ port: 443 }] };
  const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'policy' }, spec };
  await made.create(`/api/v1/namespaces/${namespace}/services`, service);
  expect(await webhooks()).toMatchObject([{ object: { name: namespace }, state: 'unhealthy', reason: 'NoEndpoints' }]);
  await made.apply({ policy: [deploymentOf('policy')] }, '60s');
  await vi.waitFor(async () => expect(await webhooks()).toEqual([]), { timeout: 20_000 });
});
