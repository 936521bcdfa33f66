import { expect, test } from 'vitest';
import { decided, planInput } from '../../test/support/plan-input.ts';
import type { Finding, Remedy } from '../model/finding.ts';
import { makePlan } from './make-plan.ts';
import { adoptRemedy, recreateRemedy } from './remedy-steps.ts';
import { patchOf } from './steps/patch-object.ts';

const account = { apiVersion: 'v1', kind: 'ServiceAccount', namespace: 'codemie', name: 'mermaid' };
const database = { apiVersion: 'apps/v1', kind: 'StatefulSet', namespace: 'codemie', name: 'timescale' };

function remedy(id: string): Remedy {
  return { id, title: id, destructive: false, commands: [`--allow ${id}`] };
}

function found(object: Finding['object'], ...remedies: readonly string[]): Finding {
  return {
    code: 'FORECAST_REJECTED',
    severity: 'blocker',
    component: 'mermaid',
    object,
    message: '',
    remedies: remedies.map(remedy),
  };
}

const findings = [found(account, adoptRemedy(account)), found(database, recreateRemedy(database))];

test('D11: adopting sets one label and two annotations of the named object, right before the upgrade', () => {
  const { steps } = makePlan(planInput({ decisions: decided(adoptRemedy(account)), findings }));
  const at = steps.findIndex((step) => step.id === 'mermaid/adopt/serviceaccount/mermaid');
  expect(steps[at + 1]?.id).toBe('mermaid/upgrade');
  const step = steps[at];
  expect(step?.kind === 'patch-object' && patchOf(step)).toEqual({
    type: 'merge',
    patch: {
      metadata: {
        labels: { 'app.kubernetes.io/managed-by': 'Helm' },
        annotations: {
          'meta.helm.sh/release-name': 'mermaid-server',
          'meta.helm.sh/release-namespace': 'codemie',
        },
      },
    },
  });
});

test('a StatefulSet that is made anew leaves its pods, and is said to be irreversible', () => {
  const { steps } = makePlan(planInput({ decisions: decided(recreateRemedy(database)), findings }));
  expect(steps.find((step) => step.kind === 'replace-object')).toMatchObject({
    id: 'mermaid/recreate/statefulset/timescale',
    object: database,
    orphansPods: true,
    risk: 'irreversible',
    command: ['kubectl', 'delete', 'statefulset', 'timescale', '--namespace', 'codemie', '--cascade=orphan'],
  });
});

test('an id alone is no way to touch an object: a finding must have offered it', () => {
  const decisions = decided(recreateRemedy(database), adoptRemedy(account));
  const plain = makePlan(planInput({ decisions, findings: [] })).steps;
  const others = makePlan(planInput({ decisions, findings: [found(account, 'install:mermaid')] })).steps;
  for (const steps of [plain, others])
    expect(steps.map((step) => step.kind)).not.toEqual(expect.arrayContaining(['replace-object']));
  expect(plain.some((step) => step.kind === 'patch-object')).toBe(false);
  expect(others.some((step) => step.kind === 'patch-object')).toBe(false);
});
