import { describe, expect, it } from 'vitest';
import type { Entry, EntryBody } from '../model/journal.ts';
import type { Plan } from '../model/plan.ts';
import type { Step } from '../model/step.ts';
import { allSteps, foldJournal, touchedBy } from './fold.ts';
import { nextAction } from './next-action.ts';

const steps: readonly Step[] = ['a', 'b'].map((id) => ({
  kind: 'check',
  id,
  title: id,
  check: id,
  settings: {},
  risk: 'none',
}));
const route = [
  { from: '1.0.0', to: '2.0.0', because: [] },
  { from: '2.0.0', to: '3.0.0', because: [] },
];

function planned(hop: number, fields: Partial<Plan> = {}): EntryBody {
  return { type: 'hop-planned', plan: { route, hop, ahead: [], steps, decisions: [], ...fields } as unknown as Plan };
}

function done(step: string): readonly EntryBody[] {
  return [
    { type: 'observed', step, observation: 'todo', note: '' },
    { type: 'act-started', step },
    { type: 'act-ended', step, outcome: 'done', touched: 'yes', writes: 1, seconds: 1 },
    { type: 'confirmed', step, note: '', seconds: 1 },
  ];
}

function fold(...bodies: readonly EntryBody[]) {
  const all: readonly EntryBody[] = [
    { type: 'run-started', purpose: 'upgrade', who: 'someone', decisions: [] },
    ...bodies,
  ];
  const entries = all.map((body, index): Entry => ({
    ...body,
    run: 'r',
    sequence: index + 1,
    at: '2026-01-01T00:00:00.000Z',
  }));
  return foldJournal(entries);
}

const firstHop = [planned(0), ...done('a'), ...done('b')];

describe('a run of several hops', () => {
  it('plans the next hop when every step of this one is settled, and finishes after the last', () => {
    expect(nextAction(fold(planned(0), ...done('a')))).toMatchObject({ do: 'observe', step: { id: 'b' } });
    expect(nextAction(fold(...firstHop))).toEqual({ do: 'replan', hop: 1 });
    expect(nextAction(fold(...firstHop, planned(1), ...done('a'), ...done('b')))).toEqual({ do: 'finish' });
  });

  it('is called with what its first plan was called with: later entries may be of another machine', () => {
    const foreign = { helm: '/tmp/not-helm', kubeconfig: '/tmp/not-yours' };
    for (const later of [planned(0, { inputs: foreign }), planned(1, { inputs: foreign })]) {
      expect(fold(planned(0, { inputs: { helm: '/mine' } }), later).plan?.inputs).toEqual({ helm: '/mine' });
      expect(fold(planned(0), later).plan?.inputs).toBeUndefined();
    }
  });

  it('begins each hop with fresh steps, though their ids repeat, and keeps what the hops before came to', () => {
    const state = fold(...firstHop, planned(1));
    expect(state.steps.map(({ phase }) => phase)).toEqual(['todo', 'todo']);
    expect(state.hops.map(({ plan, steps: reached }) => [plan.hop, reached.map(({ phase }) => phase)])).toEqual([
      [0, ['settled', 'settled']],
    ]);
    expect(nextAction(state)).toMatchObject({ do: 'observe', step: { id: 'a' } });
    // What the first hop has changed stays changed.
    expect(touchedBy(state)).toBe('yes');
    expect(allSteps(state)).toHaveLength(4);
  });

  it('keeps what is settled when the same hop is planned again', () => {
    const state = fold(...firstHop, planned(1), ...done('a'), planned(1, { digest: 'another' }));
    expect(state.steps.map(({ phase }) => phase)).toEqual(['settled', 'todo']);
    expect(state.hops).toHaveLength(1);
  });

  it('stays between the hops after a stop and a resume', () => {
    const stopped = fold(...firstHop, { type: 'stopped', reason: 'the window has closed' });
    expect(stopped.status).toBe('stopped');
    expect(nextAction(stopped)).toEqual({ do: 'replan', hop: 1 });
    const resumed = fold(
      ...firstHop,
      { type: 'stopped', reason: 'the window has closed' },
      { type: 'resumed', who: 'x' },
    );
    expect(resumed.status).toBe('running');
    expect(nextAction(resumed)).toEqual({ do: 'replan', hop: 1 });
  });

  it('voids in a resume only what the hop at hand has not settled', () => {
    const state = fold(
      ...firstHop,
      planned(1),
      { type: 'observed', step: 'a', observation: 'todo', note: '' },
      { type: 'act-started', step: 'a' },
      { type: 'resumed', who: 'x' },
    );
    expect(nextAction(state)).toMatchObject({ do: 'observe', step: { id: 'a' } });
    expect(state.hops[0]?.steps.map(({ phase }) => phase)).toEqual(['settled', 'settled']);
    expect(touchedBy(state)).toBe('yes');
  });

  it('reads journals of the first versions, which knew one hop alone', () => {
    const plan = { route: [{ from: '1.0.0', to: '2.0.0' }], steps, decisions: [] } as unknown as Plan;
    const state = fold({ type: 'hop-planned', plan }, ...done('a'), ...done('b'));
    expect(state.plan).toMatchObject({ hop: 0, ahead: [] });
    expect(nextAction(state)).toEqual({ do: 'finish' });
  });
});
