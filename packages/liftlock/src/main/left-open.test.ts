import { describe, expect, it } from 'vitest';
import type { RunState, StepPhase } from '../journal/fold.ts';
import type { Plan } from '../model/plan.ts';
import { component, ids, planOf } from '../../test/support/depot.ts';
import { stepState } from '../../test/support/plan-input.ts';
import { leftOpenFindings } from './left-open.ts';

/** A run from 2.9.0 that came as far as `until`: that step is of the phase, those before it are settled. */
function runUntil(until: string, phase: StepPhase, to = '2.12.0'): RunState {
  const plan = planOf({ to });
  const at = ids(plan).indexOf(until);
  if (at < 0) throw new Error(until);
  return {
    run: 'r-1',
    purpose: 'upgrade',
    who: 'ada',
    decisions: [],
    plan,
    steps: plan.steps.map((step, index) => stepState(step, index < at ? 'settled' : index === at ? phase : 'todo')),
    hops: [],
    startedAt: '2026-11-21T10:00:00Z',
    resumes: 0,
    status: 'stopped',
  };
}

/** The plan that `apply` makes anew, with the core part where it is by then. */
function anew(core: string, to = '2.12.0'): Plan {
  return planOf({
    to,
    components: [component('core', core, to), component('agent', '2.9.0', to)],
    hopFrom: '2.9.0',
  });
}

const told = (runs: readonly RunState[], plan: Plan) =>
  leftOpenFindings(runs, plan).map(({ code, severity, component: name, message }) =>
    [code, severity, name, message.split('left: ')[1]].join(' '),
  );

describe('a run that was left, and a new one in its place', () => {
  it('R12, R14: behind an upgrade that has landed nobody else compares the claims or waits for the Ingress', () => {
    const left = runUntil('core/claims/keep/compare', 'todo');
    expect(told([left], anew('2.12.0'))).toEqual([
      expect.stringMatching(/^RUN_LEFT_OPEN blocker core Prove that metrics and database are as before; Wait until /),
    ]);
    expect(leftOpenFindings([left], anew('2.12.0'))[0]?.remedies.map(({ id, commands }) => [id, ...commands])).toEqual([
      ['resume:r-1', 'liftlock resume r-1'],
      ['leave:r-1', '--allow leave:r-1'],
    ]);
  });

  it('O2: what belongs after the upgrade alone is not forgotten, and told once', () => {
    const left = runUntil('core/late/reindex', 'todo', '2.14.2');
    const steps = left.steps.map((state) => (state.step.component === 'agent' ? { ...state, wasTried: true } : state));
    const fresh = anew('2.14.2', '2.14.2');
    const [core] = fresh.components;
    const components = fresh.components.map((item) => ({ ...item, installed: core?.installed }));
    expect(told([{ ...left, steps }], { ...fresh, components })).toEqual([
      'RUN_LEFT_OPEN blocker core Run Job reindex-2.14.2 to its end.',
    ]);
    expect(told([left], anew('2.12.0', '2.14.2'))).toEqual([]);
  });

  it('the number of replicas that the run has found is known to it alone, wherever it was stopped', () => {
    const left = runUntil('core/claims/keep/metrics', 'todo');
    expect(told([left], anew('2.9.0'))).toEqual([expect.stringContaining('core Put back what was before: Scale')]);
  });

  it('what the new run does as well is no matter', () => {
    const left = runUntil('core/upgrade', 'failed');
    const steps = left.steps.filter(({ step }) => !step.id.startsWith('core/early'));
    expect(told([{ ...left, steps }], anew('2.9.0'))).toEqual([]);
  });

  it('nothing is left of a run that has ended, that was undone or gone over by another, or that never began', () => {
    const left = runUntil('core/claims/keep/compare', 'todo');
    expect(told([{ ...left, status: 'finished' }], anew('2.12.0'))).toEqual([]);
    expect(told([{ ...left, run: 'r-2', purpose: 'rollback' }, left], anew('2.12.0'))).toEqual([]);
    expect(told([runUntil('backup', 'todo')], anew('2.9.0'))).toEqual([]);
    expect(told([runUntil('backup', 'todo'), left], anew('2.12.0'))).toHaveLength(1);
  });

  it('of a component that stays nothing is asked', () => {
    const plan = anew('2.12.0');
    const components = plan.components.map((item) => ({ ...item, action: 'skipped' as const }));
    expect(told([runUntil('core/claims/keep/compare', 'todo')], { ...plan, components })).toEqual([]);
  });
});
