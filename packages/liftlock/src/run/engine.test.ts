import { expect, test } from 'vitest';
import type { Entry, EntryBody } from '../model/journal.ts';
import type { Plan } from '../model/plan.ts';
import type { JournalStore } from '../model/ports.ts';
import { Problem } from '../model/problem.ts';
import type { Step } from '../model/step.ts';
import { carryOut } from './engine.ts';
import { stoppedCode, stoppedOnRequest } from './stop-reasons.ts';
import type { Handlers, World } from './world.ts';

const step: Step = { kind: 'check', id: 'a', title: 'a', check: 'a', settings: {}, risk: 'none' };

/** A run of one step, whose act or confirmation fails like this. */
async function runThatFails(at: 'act' | 'confirm', problem: Problem) {
  const entries: Entry[] = [];
  const emit = (body: EntryBody): void =>
    void entries.push({ ...body, run: 'r', sequence: entries.length + 1, at: '2026-01-01T00:00:00.000Z' });
  emit({ type: 'run-started', purpose: 'upgrade', who: 'someone', decisions: [] });
  emit({ type: 'hop-planned', plan: { steps: [step], decisions: [] } as unknown as Plan });
  const fails = async () => {
    throw problem;
  };
  const check = {
    observe: async () => ({ observation: 'todo', note: '' }),
    act: at === 'act' ? fails : async () => ({ touched: 'no', writes: 0 }),
    confirm: fails,
  };
  const world = {
    emit,
    clock: { now: () => new Date() },
    writer: { writes: () => 0 },
    save: async () => undefined,
    redactor: { json: <T>(value: T) => value },
    stop: { level: 'none', signal: new AbortController().signal },
  } as unknown as World;
  const store = { entries: () => entries } as unknown as JournalStore;
  return carryOut({ run: 'r', store, handlers: { check } as unknown as Handlers, world });
}

test.each(['act', 'confirm'] as const)(
  'O8: a step that a person ended in its %s stops the run on request',
  async (at) => {
    const state = await runThatFails(at, new Problem(stoppedCode, 'helm was ended on request'));
    expect(state).toMatchObject({ status: 'stopped', stopReason: stoppedOnRequest });
    expect(state.steps).toMatchObject([{ phase: 'failed', problem: { message: 'helm was ended on request' } }]);
  },
);

test('a step that failed by itself stops the run with its problem', async () => {
  const state = await runThatFails('act', new Problem('NOT_READY', 'shop was not ready'));
  expect(state).toMatchObject({ status: 'stopped', stopReason: 'shop was not ready' });
});
