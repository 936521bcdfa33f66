import { expect, test } from 'vitest';
import type { Release } from '../model/snapshot.ts';
import { decided, planInput, release, revision, stepState } from '../../test/support/plan-input.ts';
import { decideAgain } from './decide-again.ts';
import { makePlan } from './make-plan.ts';
import { patchOf } from './steps/patch-object.ts';

const failedManifest = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: mermaid-server}
spec: {template: {spec: {nodeSelector: {disk: none}, containers: [{name: app, env: [{name: MODE, value: x}]}]}}}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: "system:mermaid", annotations: {example.com/a: b}}
`;

function failed(name: string): { readonly release: Release } {
  const revisions = [revision(1, 'deployed', '2.2.4'), revision(2, 'failed', '2.2.5')];
  return { release: release(name, { revisions, failedManifests: [failedManifest] }) };
}

const selector = 'clean:mermaid:deployment/mermaid-server:spec.template.spec.nodeSelector.disk';
const variable = 'clean:mermaid:deployment/mermaid-server:spec.template.spec.containers[app].env[MODE]';
const annotation = String.raw`clean:mermaid:role/system:mermaid:metadata.annotations.example\.com/a`;

test('O31: a field that shall go is removed right before the upgrade, one patch for each object', () => {
  const input = planInput(
    { decisions: decided(selector, annotation, variable) },
    { mermaid: failed('mermaid-server') },
  );
  const { steps } = makePlan(input);
  expect(steps.slice(0, 5).map((step) => step.id)).toEqual([
    'backup',
    'mcp-connect/upgrade',
    'mermaid/clean/deployment/mermaid-server',
    'mermaid/clean/role/system:mermaid',
    'mermaid/upgrade',
  ]);
  const [deployment, role] = steps.flatMap((step) => (step.kind === 'patch-object' ? [step] : []));
  expect(deployment).toMatchObject({
    object: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'codemie', name: 'mermaid-server' },
    risk: 'reversible',
  });
  expect(deployment && patchOf(deployment)).toEqual({
    type: 'strategic',
    patch: {
      spec: {
        template: {
          spec: {
            containers: [{ name: 'app', env: [{ name: 'MODE', $patch: 'delete' }] }],
            nodeSelector: { disk: null },
          },
        },
      },
    },
  });
  expect(role && patchOf(role)).toEqual({
    type: 'merge',
    patch: { metadata: { annotations: { 'example.com/a': null } } },
  });
  expect(role?.command?.slice(0, 8)).toEqual(
    'kubectl patch role system:mermaid --namespace codemie --type merge'.split(' '),
  );
});

test('O31: a decision about what no failed revision has set makes no step', () => {
  const other = decided('clean:mermaid:deployment/mermaid-server:spec.replicas', 'clean:mermaid:service/x:spec.type');
  const { steps: without } = makePlan(planInput({ decisions: other }, { mermaid: failed('mermaid-server') }));
  expect(without.map((step) => step.kind)).not.toContain('patch-object');
  const { steps } = makePlan(planInput({ decisions: decided(selector) }));
  expect(steps.map((step) => step.kind)).not.toContain('patch-object');
});

test('O31: the patch of a pod template of a component that migrates cannot be undone', () => {
  const decisions = decided('clean:api:deployment/mermaid-server:spec.template.spec.nodeSelector.disk');
  const { steps } = makePlan(planInput({ decisions }, { api: failed('codemie-api') }));
  expect(steps.find((step) => step.kind === 'patch-object')?.risk).toBe('irreversible');
});

test('O31: a decision during a run adds its patch and leaves every other step as it is', () => {
  const plan = makePlan(planInput());
  const states = plan.steps.map((step, index) => stepState(step, index < 2 ? 'settled' : 'todo'));
  const { snapshot } = planInput(
    {},
    { 'mcp-connect': failed('codemie-mcp-connect-service'), mermaid: failed('mermaid-server') },
  );
  const settled = 'clean:mcp-connect:deployment/mermaid-server:spec.template.spec.nodeSelector.disk';
  const again = decideAgain(plan, states, snapshot, decided(selector, settled), []);
  expect(again.steps.filter((step) => step.kind !== 'patch-object')).toEqual(plan.steps);
  expect(again.steps.map((step) => step.id).indexOf('mermaid/clean/deployment/mermaid-server')).toBe(2);
  expect(again.steps.filter((step) => step.kind === 'patch-object')).toHaveLength(1);
  expect(again.digest).not.toBe(plan.digest);
  const twice = decideAgain(again, states, snapshot, decided(selector, variable), []);
  expect(twice.steps.flatMap((step) => (step.kind === 'patch-object' ? [step.id] : []))).toEqual([
    'mermaid/clean/deployment/mermaid-server',
    'mermaid/clean/deployment/mermaid-server/2',
  ]);
  expect(decideAgain(twice, states, snapshot, decided(selector), [])).toBe(twice);
});
