import { expect, test } from 'vitest';
import type { Finding } from '../model/finding.ts';
import type { KubeObject } from '../model/kube.ts';
import { Problem } from '../model/problem.ts';
import type { Step } from '../model/step.ts';
import { webhookOwner, withWebhookOwners } from './webhook-owner.ts';

const steps = [{ kind: 'helm-upgrade', release: 'shop', namespace: 'prod' }] as unknown as readonly Step[];
/** As the API server says it, and as a forecast does. */
const called = 'Internal error occurred: failed calling webhook "guard.shop.example": no endpoints';
const told = 'ConfigMap prod/webhook cannot be written: webhook guard.shop.example does not answer: no endpoints';

function configuration(release?: string): KubeObject {
  const annotations = { 'meta.helm.sh/release-name': release ?? '', 'meta.helm.sh/release-namespace': 'prod' };
  return {
    apiVersion: '',
    kind: '',
    metadata: { name: 'guards', ...(release === undefined ? {} : { annotations }) },
    webhooks: [{ name: 'other.shop.example' }, { name: 'guard.shop.example' }],
  } as unknown as KubeObject;
}

function readerOf(configured: KubeObject, plural = 'mutatingwebhookconfigurations') {
  return { list: async (path: string) => (path.endsWith(`/${plural}`) ? [configured] : []) };
}

test.each([
  ['shop', called, 'belongs to release prod/shop, a part of this upgrade'],
  ['shop', told, 'belongs to release prod/shop, a part of this upgrade'],
  ['policies', called, 'belongs to release prod/policies, no part of this upgrade'],
  [undefined, called, 'belongs to no release'],
])('the owner of a webhook that does not answer: %s', async (release, words, owner) => {
  const sentence = ` It is configured by MutatingWebhookConfiguration guards, which ${owner}.`;
  expect(await webhookOwner(words, steps, readerOf(configuration(release)))).toBe(sentence);
});

test.each([
  ['nobody has it', readerOf({ ...configuration(), webhooks: [] } as unknown as KubeObject)],
  [
    'configurations may not be read',
    {
      list: async () => {
        throw new Problem('CLUSTER_REFUSED', 'forbidden');
      },
    },
  ],
])('nothing is said where %s', async (_, reader) => {
  expect(await webhookOwner(called, steps, reader)).toBe('');
});

test('it is said of every finding of such a webhook, and of no other', async () => {
  const finding = (code: string) => ({ code, message: called }) as unknown as Finding;
  const reader = readerOf(configuration(), 'validatingwebhookconfigurations');
  const found = await withWebhookOwners([finding('WEBHOOK_DOWN'), finding('ADMISSION_DENIED')], steps, reader);
  expect(found.map(({ message }) => message)).toEqual([
    `${called} It is configured by ValidatingWebhookConfiguration guards, which belongs to no release.`,
    called,
  ]);
});
