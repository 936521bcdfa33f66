import { expect, test } from 'vitest';
import type { HealthItem } from '../../model/snapshot.ts';
import { evidence } from '../preflight-fixtures.ts';
import { healthBeforeFindings } from './health-before.ts';

const webhook: HealthItem = {
  object: { apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingWebhookConfiguration', name: 'policy' },
  state: 'unhealthy',
  reason: 'NoEndpoints',
  message: 'no pod behind Service prod/policy is ready',
  restarts: 0,
};

function judge(item: HealthItem) {
  const base = evidence();
  return healthBeforeFindings({ ...base, snapshot: { ...base.snapshot, health: [item] } });
}

test('O14: a webhook that nobody answers warns, and says who does not', () => {
  const [found] = judge(webhook);
  expect([found?.severity, found?.component]).toEqual(['warning', undefined]);
  expect(found?.message).toContain('no pod behind Service prod/policy is ready');
});

test('O14: one of the platform itself blocks until it is named', () => {
  const [found] = judge({ ...webhook, release: 'shop-web' });
  expect(found).toMatchObject({ severity: 'blocker', component: 'web', remedies: [{ id: 'unhealthy:web' }] });
});
