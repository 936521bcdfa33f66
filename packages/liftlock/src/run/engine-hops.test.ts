import { expect, test } from 'vitest';
import { nextAction } from '../journal/next-action.ts';
import type { Entry, EntryBody } from '../model/journal.ts';
import type { Plan } from '../model/plan.ts';
import type { JournalStore } from '../model/ports.ts';
import type { Step } from '../model/step.ts';
import { carryOut } from './engine.ts';
import { stoppedOnRequest, windowClosed } from './stop-reasons.ts';
import type { Handlers, StopRequest, World } from './world.ts';

const step: Step = { kind: 'check', id: 'a', title: 'a', check: 'a', settings: {}, risk: 'none' };
const route = ['1.0.0', '2.0.0'].map((from, index) => ({ from, to: `${index + 2}.0.0`, because: [] }));

/** The first of two hops, carried out by handlers that always succeed; what a person does meanwhile is up to the test. */
async function runFirstHop(world: { readonly now: string; readonly closes?: string; readonly onConfirm?: () => void }) {
  const entries: Entry[] = [];
  const emit = (body: EntryBody): void =>
    void entries.push({ ...body, run: 'r', sequence: entries.length + 1, at: world.now });
  emit({ type: 'run-started', purpose: 'upgrade', who: 'someone', decisions: [] });
  emit({ type: 'hop-planned', plan: { route, hop: 0, ahead: [], steps: [step], decisions: [] } as unknown as Plan });
  let level: StopRequest['level'] = 'none';
  const check = {
    observe: async () => ({ observation: 'todo', note: '' }),
    act: async () => ({ touched: 'yes', writes: 1 }),
    confirm: async () => {
      world.onConfirm?.();
      if (world.onConfirm !== undefined) level = 'after-step';
      return { note: 'healthy' };
    },
  };
  const parts = {
    emit,
    lease: { isLost: async () => false },
    clock: { now: () => new Date(world.now) },
    writer: { writes: () => 0 },
    save: async () => undefined,
    redactor: { json: <T>(value: T) => value },
    windowCloses: world.closes === undefined ? undefined : new Date(world.closes),
    stop: {
      get level() {
        return level;
      },
      signal: new AbortController().signal,
    },
  } as unknown as World;
  const store = { entries: () => entries } as unknown as JournalStore;
  return carryOut({ run: 'r', store, handlers: { check } as unknown as Handlers, world: parts });
}

test('a finished hop is handed back, so that the next one can be planned', async () => {
  const state = await runFirstHop({ now: '2026-01-01T22:00:00Z', closes: '2026-01-01T23:00:00Z' });
  expect(state.status).toBe('running');
  expect(nextAction(state)).toEqual({ do: 'replan', hop: 1 });
});

test('O24: between hops a closed window stops, though nobody asked for that; the hop itself was finished', async () => {
  const state = await runFirstHop({ now: '2026-01-01T23:30:00Z', closes: '2026-01-01T23:00:00Z' });
  expect(state).toMatchObject({ status: 'stopped', stopReason: windowClosed, steps: [{ phase: 'settled' }] });
});

test('O8: Ctrl-C at the end of a hop begins no other', async () => {
  const state = await runFirstHop({ now: '2026-01-01T22:00:00Z', onConfirm: () => undefined });
  expect(state).toMatchObject({ status: 'stopped', stopReason: stoppedOnRequest, steps: [{ phase: 'settled' }] });
});
