import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { GateSession, ShadowAnswer } from '../src/model/ports.ts';
import { configMap, writeChart } from './support/charts.ts';
import { helmsUnderTest, openGateStage, quickly, type GateStage } from './support/gate-stage.ts';
import { sharedSandbox } from './support/stage.ts';
import { storeDirectly } from './support/store-directly.ts';

let stage: GateStage;
beforeAll(async () => {
  stage = await openGateStage(sharedSandbox());
}, 1_800_000);
afterAll(async () => stage.close());

const key = '/registry/validatingwebhookconfigurations';
const path = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations';

/** Asks a Service that is not there about ConfigMaps of one namespace. */
function webhook(namespace: string, sideEffects: 'None' | 'Some') {
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
    metadata: { name: namespace },
    webhooks: [
      {
        name: 'harbour.example.com',
        admissionReviewVersions: ['v1'],
        sideEffects,
        failurePolicy: 'Fail',
        matchPolicy: 'Equivalent',
        timeoutSeconds: 2,
        clientConfig: { service: { namespace, name: 'harbour', path: '/judge', port: 443 } },
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
        objectSelector: {},
        rules: [
          { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'], scope: '*' },
        ],
      },
    ],
  };
}

describe.each(helmsUnderTest)('webhooks and a shadow with %s', (helm) => {
  const upgrade = (namespace: string, chart: string) => [
    'upgrade',
    '--install',
    'demo',
    chart,
    '-n',
    namespace,
    '--no-hooks',
    ...quickly(helm),
  ];

  /** helm runs until the API server has seen the webhook: it counts from then on. */
  async function judgedBy(session: GateSession, namespace: string, chart: string): Promise<ShadowAnswer> {
    for (;;) {
      const done = await stage.helm(helm, session.kubeconfig, upgrade(namespace, chart));
      expect(done.stderr).not.toContain('Error');
      const answer = session.answers().findLast(({ asked }) => asked?.metadata.name === 'one');
      if (answer !== undefined && answer.status >= 400) return answer;
    }
  }

  test('a webhook with side effects is asked nothing: not foreseen, and no rejection', async () => {
    const namespace = await stage.newNamespace();
    // Kubernetes takes none such since 1.22, and keeps those that it has.
    await storeDirectly(stage.sandbox, `${key}/${namespace}`, webhook(namespace, 'Some'));
    const chart = writeChart(stage.newFolder(), '1.0.0', { one: configMap('one', { a: '1' }) });
    const session = await stage.gate.openShadow();
    const answer = await judgedBy(session, namespace, chart);
    expect([answer.status, answer.after]).toEqual([400, undefined]);
    expect(answer.unforeseen).toContain('"harbour.example.com" does not support dry run');
    await session.close();
    await stage.sandbox.api.delete(`${path}/${namespace}`);
  });

  test('a webhook that is down is a rejection that names it and its Service, as at apply', async () => {
    const namespace = await stage.newNamespace();
    await stage.sandbox.api.create(path, webhook(namespace, 'None'));
    const chart = writeChart(stage.newFolder(), '1.0.0', { one: configMap('one', { a: '1' }) });
    const session = await stage.gate.openShadow();
    const answer = await judgedBy(session, namespace, chart);
    expect([answer.status, answer.reason, answer.unforeseen]).toEqual([500, 'InternalError', undefined]);
    expect(answer.message).toContain('failed calling webhook "harbour.example.com"');
    expect(answer.message).toContain(`https://harbour.${namespace}.svc`);
    const applied = await stage.helm(helm, stage.sandbox.kubeconfig, upgrade(namespace, chart));
    expect(applied.stderr).toContain('failed calling webhook "harbour.example.com"');
    await session.close();
    await stage.sandbox.api.delete(`${path}/${namespace}`);
  });
});
