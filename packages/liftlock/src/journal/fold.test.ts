import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Entry, EntryBody } from '../model/journal.ts';
import type { Plan } from '../model/plan.ts';
import type { Step } from '../model/step.ts';
import { foldJournal, touchedBy } from './fold.ts';
import { nextAction } from './next-action.ts';

const steps: readonly Step[] = ['a', 'b', 'c'].map((id) => ({
  kind: 'check',
  id,
  title: id,
  check: id,
  settings: {},
  risk: 'none',
}));
const plan = { steps, decisions: [] } as unknown as Plan;

function journal(bodies: readonly EntryBody[]): readonly Entry[] {
  const all: readonly EntryBody[] = [
    { type: 'run-started', purpose: 'upgrade', who: 'someone', decisions: [] },
    { type: 'hop-planned', plan },
    ...bodies,
  ];
  return all.map((body, index) => ({ ...body, run: 'r', sequence: index + 1, at: '2026-01-01T00:00:00.000Z' }));
}

/** What a faithful engine may write for an action, chosen by a number. */
function outcomes(state: ReturnType<typeof foldJournal>): readonly EntryBody[] {
  const action = nextAction(state);
  if (action.do === 'finish' || action.do === 'replan') return [{ type: 'run-finished' }];
  const step = action.step.id;
  const problem = { code: 'X', message: 'x', advice: [] };
  switch (action.do) {
    case 'observe':
    case 'wait':
      return (['todo', 'done', 'busy'] as const).map((observation) => ({
        type: 'observed',
        step,
        observation,
        note: '',
      }));
    case 'act':
      return [{ type: 'act-started', step }];
    case 'confirm':
      return [
        { type: 'confirmed', step, note: '', seconds: 1 },
        { type: 'confirm-failed', step, problem },
      ];
    case 'stop': {
      const phase = state.steps.find((item) => item.step.id === step)?.phase;
      const ended = { type: 'act-ended', step, touched: 'yes', writes: 1, seconds: 1 } as const;
      if (phase === 'acting')
        return [
          { ...ended, outcome: 'done' },
          { ...ended, outcome: 'failed', problem },
          { type: 'resumed', who: 'x' },
        ];
      return [{ type: 'resumed', who: 'x' }];
    }
  }
}

describe('the fold of a journal', () => {
  it('C16: no step is looked at before the one before it is settled, whatever happens', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20), { maxLength: 60 }), (choices) => {
        const bodies: EntryBody[] = [];
        for (const choice of choices) {
          const state = foldJournal(journal(bodies));
          if (state.status === 'finished') break;
          const possible = outcomes(state);
          const body = possible[choice % possible.length];
          if (body !== undefined) bodies.push(body);
          const phases = foldJournal(journal(bodies)).steps.map((step) => step.phase);
          const firstOpen = phases.findIndex((phase) => phase !== 'settled');
          const later = firstOpen === -1 ? [] : phases.slice(firstOpen + 1);
          expect(later.filter((phase) => phase !== 'todo')).toEqual([]);
        }
      }),
    );
  });

  it('never acts twice without a resume and a new observation between', () => {
    const acted: readonly EntryBody[] = [
      { type: 'observed', step: 'a', observation: 'todo', note: '' },
      { type: 'act-started', step: 'a' },
    ];
    expect(nextAction(foldJournal(journal(acted)))).toMatchObject({ do: 'stop' });
    const resumed = foldJournal(journal([...acted, { type: 'resumed', who: 'x' }]));
    expect(nextAction(resumed)).toMatchObject({ do: 'observe', step: { id: 'a' } });
  });

  it('says unknown while an act has no outcome, and yes once something was written', () => {
    const begun: readonly EntryBody[] = [
      { type: 'observed', step: 'a', observation: 'todo', note: '' },
      { type: 'act-started', step: 'a' },
    ];
    expect(touchedBy(foldJournal(journal(begun)))).toBe('unknown');
    const ended: EntryBody = { type: 'act-ended', step: 'a', outcome: 'failed', touched: 'yes', writes: 3, seconds: 1 };
    expect(touchedBy(foldJournal(journal([...begun, ended])))).toBe('yes');
  });

  it('still says unknown after a resume of an act that was cut off, whatever a later act says', () => {
    const cut: readonly EntryBody[] = [
      { type: 'observed', step: 'a', observation: 'todo', note: '' },
      { type: 'act-started', step: 'a' },
      { type: 'resumed', who: 'x' },
    ];
    expect(touchedBy(foldJournal(journal(cut)))).toBe('unknown');
    const ended: EntryBody = { type: 'act-ended', step: 'a', outcome: 'failed', touched: 'no', writes: 0, seconds: 1 };
    const state = foldJournal(journal([...cut, { type: 'act-started', step: 'a' }, ended]));
    expect(touchedBy(state)).toBe('unknown');
    expect(state.steps[0]?.wasCutOff).toBe(true);
  });

  it('keeps settled steps settled after a resume', () => {
    const state = foldJournal(
      journal([
        { type: 'observed', step: 'a', observation: 'done', note: '' },
        { type: 'confirmed', step: 'a', note: 'fine', seconds: 1 },
        { type: 'observed', step: 'b', observation: 'todo', note: '' },
        { type: 'resumed', who: 'x' },
      ]),
    );
    expect(state.steps.map((step) => step.phase)).toEqual(['settled', 'todo', 'todo']);
  });

  it('keeps the revision that our own try began from', () => {
    const tried: readonly EntryBody[] = [
      { type: 'observed', step: 'a', observation: 'todo', note: '', revision: 4 },
      { type: 'act-started', step: 'a' },
      { type: 'resumed', who: 'x' },
      { type: 'observed', step: 'a', observation: 'todo', note: '', revision: 6 },
    ];
    expect(foldJournal(journal(tried)).steps[0]).toMatchObject({ triedFrom: 4, seenRevision: 6 });
    const again = foldJournal(journal([...tried, { type: 'act-started', step: 'a' }]));
    expect(again.steps[0]).toMatchObject({ triedFrom: 6, tries: [4, 6] });
  });

  it.each([
    ['no', [4]],
    ['unknown', [4, 6]],
    ['yes', [4, 6]],
  ] as const)('of tries that touched the cluster: %s, keeps those that may have made a revision', (touched, tries) => {
    const ended: EntryBody = { type: 'act-ended', step: 'a', outcome: 'failed', touched, writes: 0, seconds: 1 };
    const state = foldJournal(
      journal([
        { type: 'observed', step: 'a', observation: 'todo', note: '', revision: 4 },
        { type: 'act-started', step: 'a' },
        { type: 'resumed', who: 'x' },
        { type: 'observed', step: 'a', observation: 'todo', note: '', revision: 6 },
        { type: 'act-started', step: 'a' },
        ended,
      ]),
    );
    expect(state.steps[0]).toMatchObject({ triedFrom: 6, tries });
  });
});
