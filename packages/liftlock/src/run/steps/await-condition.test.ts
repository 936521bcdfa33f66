import { describe, expect, it } from 'vitest';
import { foldJournal, type StepState } from '../../journal/fold.ts';
import type { Entry, EntryBody } from '../../model/journal.ts';
import type { KubeObject } from '../../model/kube.ts';
import type { Plan } from '../../model/plan.ts';
import { Problem } from '../../model/problem.ts';
import { awaitConditionStep } from '../../plan/steps/await-condition.ts';
import type { World } from '../world.ts';
import { awaitCondition } from './await-condition.ts';

const begin = Date.parse('2026-01-01T00:00:00Z');
const step = awaitConditionStep({
  id: 's/m/wait',
  title: 'All pods run',
  objects: { apiVersion: 'v1', kind: 'Pod' },
  until: 'objects.all(pod, pod.status.phase == "Running")',
  timeoutSeconds: 100,
  minimumSeconds: 0,
});
const looked: EntryBody = { type: 'observed', step: step.id, observation: 'busy', note: '' };
const problem = { code: 'CONDITION_NOT_MET', message: 'not so', advice: [] };

/** What the journal says of the step after these entries, each by its second. */
function stateAfter(bodies: readonly (readonly [second: number, body: EntryBody])[]): StepState {
  const all: readonly (readonly [number, EntryBody])[] = [
    [0, { type: 'run-started', purpose: 'upgrade', who: 'someone', decisions: [] }],
    [0, { type: 'hop-planned', plan: { steps: [step], decisions: [], hop: 0, route: [] } as unknown as Plan }],
    ...bodies,
  ];
  const entries: readonly Entry[] = all.map(([second, body], index) => ({
    ...body,
    run: 'r',
    sequence: index + 1,
    at: new Date(begin + second * 1000).toISOString(),
  }));
  const [state] = foldJournal(entries).steps;
  if (state === undefined) throw new Error('no step');
  return state;
}

function worldOf(now: () => number, phasesNow: () => readonly string[]) {
  const pods = () =>
    phasesNow().map((phase, index): KubeObject => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: `p${index}` },
      status: { phase },
    }));
  return {
    plan: { site: { namespace: 'shop' } },
    reader: {
      find: async () => ({ resources: [{ kind: 'Pod', name: 'pods', namespaced: true }] }),
      list: async (path: string) => {
        if (!path.endsWith('/namespaces/shop/pods')) throw new Problem('OBJECT_ABSENT', path);
        return pods();
      },
    },
    clock: { now: () => new Date(begin + now() * 1000) },
    stop: { level: 'none' },
    progress: () => undefined,
  };
}

/** One look at some second, at pods of these phases. */
async function lookAt(second: number, phases: readonly string[], state: StepState) {
  const world = worldOf(
    () => second,
    () => phases,
  );
  return awaitCondition.observe(step, world as unknown as World, state);
}

/** The soak, with a pod that is of each phase for one second, the last one from then on: the second in which it ends. */
async function soak(minimumSeconds: number, phases: readonly string[], stopsAt = Number.POSITIVE_INFINITY) {
  let second = 0;
  const world = worldOf(
    () => second,
    () => [phases[second] ?? phases.at(-1) ?? ''],
  );
  const sleep = async () => {
    second += 1;
    if (second >= stopsAt) world.stop.level = 'after-step';
  };
  const clock = { ...world.clock, sleep };
  const asked = { ...step, timeoutSeconds: 10, minimumSeconds };
  const { note } = await awaitCondition.confirm(
    asked,
    { ...world, clock } as unknown as World,
    stateAfter([[0, looked]]),
  );
  return { second, note };
}

describe('a wait for a condition', () => {
  it('counts how many objects are as they should be', async () => {
    expect(await lookAt(0, ['Running', 'Pending', 'Running'], stateAfter([]))).toEqual({
      observation: 'busy',
      note: '2 of 3 (Pod)',
    });
    expect(await lookAt(0, ['Running'], stateAfter([]))).toEqual({ observation: 'done', note: '1 of 1 (Pod)' });
    expect(await lookAt(0, [], stateAfter([]))).toEqual({ observation: 'done', note: 'there is no Pod' });
  });

  it('has its time from the first look on, also across a restart, and anew after a failure', async () => {
    const interrupted = stateAfter([
      [10, looked],
      [60, { type: 'stopped', reason: 'the machine died' }],
      [90, { type: 'resumed', who: 'someone' }],
    ]);
    expect(await lookAt(109, ['Pending'], interrupted)).toMatchObject({ observation: 'busy' });
    await expect(lookAt(110, ['Pending'], interrupted)).rejects.toMatchObject({
      code: 'CONDITION_NOT_MET',
      message: expect.stringContaining('Seen last: 0 of 1 (Pod)'),
    });
    const failed = stateAfter([
      [10, looked],
      [110, { type: 'confirm-failed', step: step.id, problem }],
      [500, { type: 'resumed', who: 'someone' }],
      [501, looked],
    ]);
    expect(await lookAt(600, ['Pending'], failed)).toMatchObject({ observation: 'busy' });
    await expect(lookAt(601, ['Pending'], failed)).rejects.toMatchObject({ code: 'CONDITION_NOT_MET' });
  });

  it('has to hold for its soak time without a break', async () => {
    expect(await soak(0, ['Running'])).toEqual({ second: 0, note: '1 of 1 (Pod)' });
    expect(await soak(3, ['Running'])).toEqual({ second: 3, note: '1 of 1 (Pod), for 3 s' });
    expect(await soak(3, ['Running', 'Running', 'Failed', 'Running'])).toMatchObject({ second: 6 });
    await expect(soak(3, ['Running', 'Failed'])).rejects.toMatchObject({ code: 'CONDITION_NOT_MET' });
    await expect(soak(30, ['Running'], 5)).rejects.toMatchObject({ code: 'STOPPED' });
  });

  it('sees that it holds, however late that is', async () => {
    expect(await lookAt(5000, ['Running'], stateAfter([[10, looked]]))).toMatchObject({ observation: 'done' });
  });
});
