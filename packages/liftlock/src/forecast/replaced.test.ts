import { expect, it } from 'vitest';
import type { ObjectChange } from '../model/plan.ts';
import { foreseenPlan } from '../render/fixture-forecast.ts';
import type { HelmStep } from './foreseen-release.ts';
import { withReplaced } from './replaced.ts';

it('an object that the plan deletes first is replaced, and no other', () => {
  const step = foreseenPlan.steps.find(({ id }) => id === 'mermaid/upgrade') as HelmStep;
  const created = (name: string): ObjectChange => ({
    object: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'codemie', name },
    change: 'created',
    fields: [],
    restartsPods: false,
  });
  const changes = withReplaced([created('mermaid-server'), created('new')], step, foreseenPlan);
  expect(changes.map(({ change, restartsPods }) => [change, restartsPods])).toEqual([
    ['replaced', true],
    ['created', false],
  ]);
});
