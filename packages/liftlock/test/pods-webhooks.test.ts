import { afterEach, expect, it, vi } from 'vitest';
import { deploymentOf, messageOf, openForetelling, troublesOf, type Foretelling } from './support/foresee.ts';
import { servePodWebhook } from './support/pod-webhook.ts';

const open: Foretelling[] = [];
async function foretelling(): Promise<Foretelling> {
  const made = await openForetelling();
  open.push(made);
  return made;
}
afterEach(async () => {
  for (const item of open.splice(0)) await item.close();
});

const web = { web: [deploymentOf('web')] };

/** A webhook is called a moment after it was registered. */
function untilCalled<T>(look: () => Promise<T>, check: (value: T) => void): Promise<T> {
  return vi.waitFor(
    async () => {
      const value = await look();
      check(value);
      return value;
    },
    { timeout: 20_000, interval: 500 },
  );
}

it('O10: a validating webhook on pods that says no is foreseen, and says no in earnest', async () => {
  const scene = await foretelling();
  const webhook = await servePodWebhook(scene.sandbox, scene.namespace, 'validating', () => ({
    no: 'images must be signed',
  }));
  scene.onClose(() => webhook.close());
  const forecast = await untilCalled(
    () => scene.foresee(web),
    (made) => expect(troublesOf(made)).toEqual(['blocker ADMISSION_DENIED web web']),
  );
  expect(messageOf(forecast, 'ADMISSION_DENIED')).toContain(
    `admission webhook "${webhook.name}" denied the request: images must be signed`,
  );
  expect(webhook.stored()).toBe(0);
  await scene.apply(web);
  await untilCalled(
    () => scene.events('FailedCreate'),
    (events) => expect(events.join('\n')).toContain('images must be signed'),
  );
});

it('O10: a webhook that nobody answers is foreseen', async () => {
  const scene = await foretelling();
  const webhook = await servePodWebhook(scene.sandbox, scene.namespace, 'validating', () => ({ no: 'not yet' }));
  scene.onClose(async () => {
    const path = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations';
    await scene.sandbox.api.delete(`${path}/${webhook.name.replace(/^pods\./, '')}`).catch(() => undefined);
  });
  await untilCalled(
    () => scene.foresee(web),
    (made) => expect(troublesOf(made)).toEqual(['blocker ADMISSION_DENIED web web']),
  );
  const path = `/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/${webhook.name.replace(/^pods\./, '')}`;
  await scene.sandbox.api.patch(
    path,
    { webhooks: [{ name: webhook.name, clientConfig: { url: 'https://127.0.0.1:1/' } }] },
    'strategic',
  );
  const forecast = await untilCalled(
    () => scene.foresee(web),
    (made) => expect(troublesOf(made)).toEqual(['blocker WEBHOOK_DOWN web web']),
  );
  expect(messageOf(forecast, 'WEBHOOK_DOWN')).toContain(webhook.name);
  expect(messageOf(forecast, 'WEBHOOK_DOWN')).toMatch(
    / It is configured by ValidatingWebhookConfiguration \S+, which belongs to no release\.$/,
  );
  await webhook.close();
});

it('O10: a container that a webhook adds is told, and counts for the quota', async () => {
  const scene = await foretelling();
  const sidecar = { name: 'proxy', image: 'mesh/proxy:1', resources: { requests: { cpu: '500m' } } };
  const webhook = await servePodWebhook(scene.sandbox, scene.namespace, 'mutating', () => ({
    patch: [{ op: 'add', path: '/spec/containers/-', value: sidecar }],
  }));
  scene.onClose(() => webhook.close());
  const containers = [{ name: 'main', image: 'team/web:1', resources: { requests: { cpu: '100m' } } }];
  const small = { web: [deploymentOf('web', { containers })] };
  const forecast = await untilCalled(
    () => scene.foresee(small),
    (made) => expect(made.findings.map(({ code }) => code)).toEqual(['POD_MUTATED']),
  );
  expect(messageOf(forecast, 'POD_MUTATED')).toContain('container proxy (mesh/proxy:1) is added');
  await scene.create(`/api/v1/namespaces/${scene.namespace}/resourcequotas`, {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: 'room' },
    spec: { hard: { 'requests.cpu': '500m' } },
  });
  const full = await untilCalled(
    () => scene.foresee(small),
    (made) => expect(troublesOf(made)).toEqual(['blocker QUOTA_EXCEEDED_BY_SUM web room']),
  );
  // The pod alone would fit.
  expect(messageOf(full, 'QUOTA_EXCEEDED_BY_SUM')).toContain('requests.cpu: 0 of 500m used, 600m more needed');
});
