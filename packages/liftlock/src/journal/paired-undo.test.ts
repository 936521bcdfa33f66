import { describe, expect, it } from 'vitest';
import type { Entry, EntryBody } from '../model/journal.ts';
import type { Plan } from '../model/plan.ts';
import type { HelmUpgradeStep, Step } from '../model/step.ts';
import { rollbackOnFailure } from '../plan/steps/on-failure.ts';
import { pairedUndo } from '../plan/steps/paired-undo.ts';
import { patchObjectStep } from '../plan/steps/patch-object.ts';
import { scaleStep } from '../plan/steps/scale.ts';
import { foldJournal } from './fold.ts';
import { nextAction } from './next-action.ts';

const workload = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', namespace: 'shop' };
const down = scaleStep({ id: 'shop/m/down', title: 'Down', component: 'shop', object: workload, replicas: 0 });
const up = pairedUndo(down, 'always');
const hold = patchObjectStep({
  id: 'shop/m/hold',
  title: 'Hold',
  component: 'shop',
  object: workload,
  remove: [],
  set: [{ path: 'spec.paused', value: true }],
  risk: 'reversible',
});
const release = pairedUndo(hold, 'on-failure');
const upgrade: HelmUpgradeStep = {
  kind: 'helm-upgrade',
  id: 'shop/upgrade',
  title: 'Upgrade',
  component: 'shop',
  release: 'shop',
  namespace: 'shop',
  chart: { reference: 'r', source: 'r', name: 'shop', version: '2.0.0', digest: 'sha256:1' },
  install: false,
  values: [],
  keep: [],
  timeoutSeconds: 300,
  from: { revision: 4, version: '1.0.0' },
  risk: 'reversible',
};
const rollback = rollbackOnFailure(upgrade);
const check: Step = { kind: 'check', id: 'check/pods', title: 'p', check: 'pods', settings: {}, risk: 'none' };
const steps: readonly Step[] = [hold, release, down, upgrade, up, check];
const problem = { code: 'NOT_READY', message: 'not ready', advice: [] };

/** What a run does until nothing is left, when some steps fail and the rest goes well. */
function follow(plan: readonly Step[], fails: readonly string[], so: readonly EntryBody[] = [], code = problem.code) {
  const bodies: EntryBody[] = [
    { type: 'run-started', purpose: 'upgrade', who: 'someone', decisions: [] },
    { type: 'hop-planned', plan: { steps: plan, decisions: [], hop: 0, route: [] } as unknown as Plan },
    ...so,
  ];
  const taken: string[] = [];
  for (;;) {
    const entries: readonly Entry[] = bodies.map((body, index) => ({
      ...body,
      run: 'r',
      sequence: index + 1,
      at: '2026-01-01T00:00:00.000Z',
    }));
    const action = nextAction(foldJournal(entries));
    if (!('step' in action)) return { taken, bodies, end: action.do };
    const step = action.step.id;
    if (action.do === 'stop') return { taken, bodies, end: `stop at ${step}` };
    if (action.do === 'observe') bodies.push({ type: 'observed', step, observation: 'todo', note: '' });
    if (action.do === 'act') {
      taken.push(step);
      bodies.push({ type: 'act-started', step });
      const isBad = fails.includes(step);
      const rest = { touched: 'yes', writes: 1, seconds: 1 } as const;
      bodies.push({
        type: 'act-ended',
        step,
        outcome: isBad ? 'failed' : 'done',
        ...rest,
        ...(isBad ? { problem: { ...problem, code } } : {}),
      });
    }
    if (action.do === 'confirm') bodies.push({ type: 'confirmed', step, note: '', seconds: 1 });
  }
}

describe('O26: a paired undo', () => {
  it('is taken at its place, or not at all, when nothing fails', () => {
    const { taken, end } = follow(steps, []);
    expect(taken).toEqual(['shop/m/hold', 'shop/m/down', 'shop/upgrade', 'shop/m/down/undo', 'check/pods']);
    expect(end).toBe('finish');
  });

  it('is taken when a later step fails: the latest change first, after the rollback of the step itself', () => {
    const plan = rollback === undefined ? [] : [hold, release, down, upgrade, rollback, up, check];
    const { taken, end } = follow(plan, ['shop/upgrade']);
    expect(taken.slice(3)).toEqual(['shop/rollback-on-failure', 'shop/m/down/undo', 'shop/m/hold/undo']);
    expect(end).toBe('stop at shop/upgrade');
  });

  it('puts back only what this run has changed before', () => {
    expect(follow(steps, ['shop/m/hold']).taken).toEqual(['shop/m/hold', 'shop/m/hold/undo']);
    const wasSo: readonly EntryBody[] = [
      { type: 'observed', step: hold.id, observation: 'done', note: '' },
      { type: 'confirmed', step: hold.id, note: '', seconds: 0 },
    ];
    expect(follow(steps, ['shop/upgrade'], wasSo).taken).toEqual(['shop/m/down', 'shop/upgrade', 'shop/m/down/undo']);
  });

  it('is not taken twice: what its own place has put back is left when a later check fails', () => {
    const { taken, bodies } = follow(steps, ['check/pods']);
    expect(taken).toEqual([
      'shop/m/hold',
      'shop/m/down',
      'shop/upgrade',
      'shop/m/down/undo',
      'check/pods',
      'shop/m/hold/undo',
    ]);
    const again = follow(steps, [], [...bodies.slice(2), { type: 'resumed', who: 'someone' }]);
    expect(again.taken).toEqual(['shop/m/hold', 'check/pods']);
  });

  it('is not taken when the run only waits, was stopped by a person, or could not write itself down', () => {
    for (const code of ['STOPPED', 'JOB_RUNS', 'LEASE_LOST', 'REPLICA_DIFFERS'])
      expect(follow(steps, ['shop/upgrade'], [], code).taken.at(-1)).toBe('shop/upgrade');
  });

  it('makes the step that it has undone be done once more by a resume', () => {
    const { bodies } = follow(steps, ['shop/upgrade']);
    const again = follow(steps, [], [...bodies.slice(2), { type: 'resumed', who: 'someone' }]);
    expect(again.taken).toEqual(['shop/m/hold', 'shop/m/down', 'shop/upgrade', 'shop/m/down/undo', 'check/pods']);
  });

  it('is finished first by a resume, where it was begun and not ended', () => {
    const { bodies } = follow(steps, ['shop/upgrade']);
    const cut = bodies.findIndex((body) => body.type === 'act-ended' && body.step === 'shop/m/down/undo');
    const resumed: readonly EntryBody[] = [...bodies.slice(2, cut), { type: 'resumed', who: 'someone' }];
    const { taken, end } = follow(steps, [], resumed);
    expect(taken).toEqual(['shop/m/down/undo', 'shop/m/hold/undo']);
    expect(end).toBe('stop at shop/upgrade');
  });
});
