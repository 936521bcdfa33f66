import { expect, test } from 'vitest';
import { Redactor } from '../../model/redaction.ts';
import { deployment, item } from './hop-fixtures.ts';
import { podFindings, type PodEvidence } from './pod-findings.ts';
import { podRefusal } from './pod-refusal.ts';

const asked = deployment('web');
function judge(fields: Partial<PodEvidence>, redactor = new Redactor()) {
  const of = item(deployment('web'));
  const evidence = { of, asked, refusals: [], warnings: [], told: new Set<string>(), isComing: () => false, ...fields };
  return podFindings(evidence, redactor);
}
const noAccount = podRefusal('error looking up service account prod/web: serviceaccount "web" not found');

test('O10: a refusal blocks, with consent for those whose pods are judged otherwise', () => {
  const [found] = judge({ refusals: [podRefusal('violates PodSecurity "restricted:latest": runAsNonRoot')] });
  expect(found).toMatchObject({
    code: 'POD_SECURITY',
    severity: 'blocker',
    object: { kind: 'Deployment', namespace: 'prod', name: 'web' },
    remedies: [{ id: 'pods:web' }],
  });
});

test('O10: a ServiceAccount that the upgrade makes is not missing', () => {
  expect(judge({ refusals: [noAccount] }).map(({ code }) => code)).toEqual(['SERVICE_ACCOUNT_MISSING']);
  expect(
    judge({ refusals: [noAccount], isComing: (kind, name) => kind === 'ServiceAccount' && name === 'web' }),
  ).toEqual([]);
});

test('O10: a workload of no pods warns; quota is summed elsewhere', () => {
  const idle = item(deployment('web', {}, { replicas: 0 }));
  expect(judge({ of: idle, refusals: [noAccount] }).map(({ severity }) => severity)).toEqual(['warning']);
  expect(
    judge({ refusals: [podRefusal('exceeded quota: room, requested: pods=1, used: pods=1, limited: pods=1')] }),
  ).toEqual([]);
});

test('O10: warnings that helm got already are not said twice, and secrets never', () => {
  const redactor = new Redactor();
  redactor.learn('hunter2hunter2');
  const found = judge({ warnings: ['old', 'uses hunter2hunter2'], told: new Set(['old']) }, redactor);
  expect(found.map(({ code }) => code)).toEqual(['API_WARNING']);
  expect(found[0]?.message).not.toContain('hunter2');
});
