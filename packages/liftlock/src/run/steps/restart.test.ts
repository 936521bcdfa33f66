import { expect, it } from 'vitest';
import { foldJournal, type StepState } from '../../journal/fold.ts';
import type { Entry, EntryBody } from '../../model/journal.ts';
import type { KubeObject } from '../../model/kube.ts';
import type { Plan } from '../../model/plan.ts';
import { restartStep } from '../../plan/steps/restart.ts';
import type { World } from '../world.ts';
import { restart } from './restart.ts';

const step = restartStep({
  id: 'shop/m/web',
  title: 'Restart web',
  object: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'web' },
  timeoutSeconds: 60,
});
const looked: EntryBody = { type: 'observed', step: step.id, observation: 'todo', note: '' };
const stopped: EntryBody = {
  type: 'confirm-failed',
  step: step.id,
  problem: { code: 'STOPPED', message: 'stopped on request', advice: [] },
};

/** What the journal says of the step, a second an entry from 00:00:00 on. */
function stateAfter(...bodies: readonly EntryBody[]): StepState {
  const all: readonly EntryBody[] = [
    { type: 'run-started', purpose: 'upgrade', who: 'someone', decisions: [] },
    { type: 'hop-planned', plan: { steps: [step], decisions: [], hop: 0, route: [] } as unknown as Plan },
    ...bodies,
  ];
  const [state] = foldJournal(
    all.map((body, index): Entry => ({ ...body, run: 'r', sequence: index + 1, at: `2026-01-01T00:00:0${index}Z` })),
  ).steps;
  if (state === undefined) throw new Error('no step');
  return state;
}

/** A Deployment that was restarted at that moment. */
function worldOf(restartedAt: string): { readonly world: World; readonly patches: unknown[] } {
  const live = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'shop' },
    spec: { template: { metadata: { annotations: { 'kubectl.kubernetes.io/restartedAt': restartedAt } } } },
  } as unknown as KubeObject;
  const patches: unknown[] = [];
  const world = {
    plan: { steps: [] },
    reader: {
      find: async () => ({ resources: [{ kind: 'Deployment', name: 'deployments', namespaced: true }] }),
      get: async () => live,
    },
    writer: { patch: async (...patch: readonly unknown[]) => patches.push(patch) },
    clock: { now: () => new Date('2026-01-01T00:00:09Z') },
  } as unknown as World;
  return { world, patches };
}

it('O1: a restart that was done, and not waited for to its end, is not done a second time by who resumes', async () => {
  const again = stateAfter(
    looked,
    { type: 'act-started', step: step.id },
    stopped,
    { type: 'resumed', who: 'x' },
    looked,
  );
  const { world, patches } = worldOf('2026-01-01T00:00:03Z');
  expect(await restart.observe(step, world, again)).toMatchObject({ observation: 'done' });
  await restart.act(step, world, again);
  expect(patches).toEqual([]);
});

it('a restart from before the run is none of ours', async () => {
  const { world, patches } = worldOf('2026-01-01T00:00:01Z');
  const state = stateAfter(looked);
  expect(await restart.observe(step, world, state)).toMatchObject({ observation: 'todo' });
  await restart.act(step, world, state);
  expect(patches).toHaveLength(1);
});
