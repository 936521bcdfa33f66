import { expect, test } from 'vitest';
import { decided, planInput } from '../../test/support/plan-input.ts';
import type { Finding, Remedy } from '../model/finding.ts';
import { makePlan } from './make-plan.ts';
import { adoptRemedy, deleteRemedy, isAdoption, keepRemedy, recreateRemedy, remedySteps } from './remedy-steps.ts';
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

const findings = [
  found(account, adoptRemedy(account, 'codemie')),
  found(database, recreateRemedy(database, 'codemie')),
];

test('D11: adopting sets one label and two annotations of the named object, right before the upgrade', () => {
  const { steps } = makePlan(planInput({ decisions: decided(adoptRemedy(account, 'codemie')), findings }));
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
  const { steps } = makePlan(planInput({ decisions: decided(recreateRemedy(database, 'codemie')), findings }));
  expect(steps.find((step) => step.kind === 'replace-object')).toMatchObject({
    id: 'mermaid/recreate/statefulset/timescale',
    object: database,
    orphansPods: true,
    risk: 'irreversible',
    command: ['kubectl', 'delete', 'statefulset', 'timescale', '--namespace', 'codemie', '--cascade=orphan'],
  });
});

test('an id alone is no way to touch an object: a finding must have offered it', () => {
  const decisions = decided(recreateRemedy(database, 'codemie'), adoptRemedy(account, 'codemie'));
  const plain = makePlan(planInput({ decisions, findings: [] })).steps;
  const others = makePlan(planInput({ decisions, findings: [found(account, 'install:mermaid')] })).steps;
  for (const steps of [plain, others])
    expect(steps.map((step) => step.kind)).not.toEqual(expect.arrayContaining(['replace-object']));
  expect(plain.some((step) => step.kind === 'patch-object')).toBe(false);
  expect(others.some((step) => step.kind === 'patch-object')).toBe(false);
});

test('O6: what is adopted stays in a rollback on failure; where --force would strip the mark, the way back sets it', () => {
  const adopted = (rollsBack: boolean, force: boolean) => {
    const upgrade = makePlan(planInput()).steps.find((step) => step.id === 'mermaid/upgrade');
    if (upgrade?.kind !== 'helm-upgrade') throw new Error('no upgrade');
    const input = { decisions: decided(adoptRemedy(account, 'codemie')), findings, rollsBack };
    const [step] = remedySteps({ ...upgrade, force }, undefined, input);
    if (step?.kind !== 'patch-object') throw new Error('not adopted');
    expect(isAdoption(step)).toBe(true);
    return JSON.stringify(patchOf(step)).includes('"helm.sh/resource-policy":"keep"');
  };
  expect([adopted(true, false), adopted(false, false), adopted(true, true)]).toEqual([true, false, false]);
});

test('one consent is for one object: that of another namespace is named with it, in its id and in its step', () => {
  const namesake = { ...database, namespace: 'elsewhere' };
  const ids = [recreateRemedy, adoptRemedy, keepRemedy, deleteRemedy].map((idOf) => idOf(namesake, 'codemie'));
  expect(ids).toEqual(['recreate', 'adopt', 'keep', 'delete'].map((verb) => `${verb}:statefulset/elsewhere/timescale`));
  const both = [...findings, found(namesake, recreateRemedy(namesake, 'codemie'))];
  const recreated = (...remedies: readonly string[]) =>
    makePlan(planInput({ decisions: decided(...remedies), findings: both })).steps.flatMap((step) =>
      step.kind === 'replace-object' ? [`${step.id} in ${step.object.namespace ?? ''}`] : [],
    );
  const here = 'mermaid/recreate/statefulset/timescale in codemie';
  const there = 'mermaid/recreate/statefulset/elsewhere/timescale in elsewhere';
  expect(recreated(recreateRemedy(database, 'codemie'))).toEqual([here]);
  expect(recreated(recreateRemedy(namesake, 'codemie'))).toEqual([there]);
});
