import { describe, expect, it } from 'vitest';
import type { Plan } from '../model/plan.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { Step } from '../model/step.ts';
import { hopChanged } from '../run/stop-reasons.ts';
import type { NextHop } from './plan-next-hop.ts';
import { differenceWords, whyNotYet } from './run-hops.ts';

const step = { id: 'shop/recreate', title: 'Delete Service shop' } as Step;
const same = { added: [], changed: [], gone: [], moved: [], isHarmful: false };

function next(differences: Partial<NextHop['differences']>, fields: Partial<Plan> = {}): NextHop {
  const plan = {
    route: [
      { from: '1.0.0', to: '2.0.0', because: [] },
      { from: '2.0.0', to: '3.0.0', because: [] },
    ],
    hop: 1,
    decisions: [],
    forecast: { findings: [] },
    ...fields,
  } as unknown as Plan;
  return { plan, snapshot: {} as Snapshot, differences: { ...same, ...differences } };
}

describe('whether a later hop begins by itself', () => {
  it('does where it is what was announced, with or without --yes', () => {
    expect(whyNotYet(next({}), false)).toBeUndefined();
    expect(whyNotYet(next({}), true)).toBeUndefined();
  });

  it('waits for a yes where it became another one; --yes is that yes', () => {
    const other = next({ added: [step] });
    expect(whyNotYet(other, false)).toBe(hopChanged);
    expect(whyNotYet(other, true)).toBeUndefined();
    expect(differenceWords(other.differences)).toEqual(['not announced: Delete Service shop']);
  });

  it('O6: waits under --yes where something that destroys was added, until that hop is allowed by its name', () => {
    const harmful = { added: [step], isHarmful: true };
    expect(whyNotYet(next(harmful), true)).toBe(hopChanged);
    const by = { by: 'ada', at: '', how: 'flag' as const };
    expect(whyNotYet(next(harmful, { decisions: [{ remedy: 'hop:2.0.0', ...by }] }), true)).toBe(hopChanged);
    expect(whyNotYet(next(harmful, { decisions: [{ remedy: 'hop:3.0.0', ...by }] }), false)).toBeUndefined();
  });

  it('never begins over a blocker', () => {
    const blocked = next({}, {
      decisions: [{ remedy: 'hop:3.0.0', by: 'ada', at: '', how: 'flag' }],
      forecast: { findings: [{ code: 'FOREIGN_OWNERSHIP', severity: 'blocker', message: '', remedies: [] }] },
    } as unknown as Partial<Plan>);
    expect(whyNotYet(blocked, true)).toBe('hop 2 of 2, 2.0.0 to 3.0.0 would fail: FOREIGN_OWNERSHIP');
  });
});
