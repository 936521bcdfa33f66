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

interface Told {
  /** An entry of this type cannot be written. */
  readonly unwritable?: EntryBody['type'];
  /** Another process takes the site over while this is done. */
  readonly taken?: 'observe' | 'act' | 'confirm';
}

/** A run of one step, which goes like this. */
function runOf(parts: Partial<Handlers['check']>, { unwritable, taken }: Told = {}) {
  const entries: Entry[] = [];
  const emit = (body: EntryBody): void => {
    if (body.type === unwritable) throw new Problem('JOURNAL_BUSY', 'it is held');
    entries.push({ ...body, run: 'r', sequence: entries.length + 1, at: '2026-01-01T00:00:00.000Z' });
  };
  emit({ type: 'run-started', purpose: 'upgrade', who: 'someone', decisions: [] });
  emit({ type: 'hop-planned', plan: { steps: [step], decisions: [] } as unknown as Plan });
  let isLost = false;
  const at = (what: Told['taken']) => {
    isLost ||= what === taken;
  };
  const check: Handlers['check'] = {
    async observe(...given) {
      at('observe');
      return parts.observe?.(...given) ?? { observation: 'todo', note: '' };
    },
    async act(...given) {
      at('act');
      return parts.act?.(...given) ?? { touched: 'yes', writes: 1 };
    },
    async confirm(...given) {
      at('confirm');
      return parts.confirm?.(...given) ?? { note: 'healthy' };
    },
  };
  const world = {
    emit,
    lease: { isLost: async () => isLost },
    clock: { now: () => new Date() },
    writer: { writes: () => 0 },
    save: async () => undefined,
    redactor: { json: <T>(value: T) => value },
    stop: { level: 'none', signal: new AbortController().signal },
  } as unknown as World;
  const store = { entries: () => entries } as unknown as JournalStore;
  const done = carryOut({ run: 'r', store, handlers: { check } as unknown as Handlers, world });
  return { done, types: () => entries.slice(2).map(({ type }) => type) };
}

/** A run of one step, whose act or confirmation fails like this. */
async function runThatFails(where: 'act' | 'confirm', problem: Problem) {
  const fails = async () => {
    throw problem;
  };
  return runOf({ [where]: fails }).done;
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

test.each([
  ['observed', []],
  ['act-ended', ['observed', 'act-started']],
  ['confirmed', ['observed', 'act-started', 'act-ended']],
] as const)('X02: an outcome that cannot be written (%s) is no failure of the step', async (unwritable, types) => {
  const run = runOf({}, { unwritable });
  await expect(run.done).rejects.toMatchObject({ code: 'JOURNAL_BUSY' });
  expect(run.types()).toEqual(types);
});

test.each([
  ['observe', []],
  ['act', ['observed', 'act-started']],
  ['confirm', ['observed', 'act-started', 'act-ended']],
] as const)('O8: a run that is taken over in its %s tells no more of itself', async (taken, types) => {
  const run = runOf({}, { taken });
  await expect(run.done).rejects.toMatchObject({
    code: 'LEASE_LOST',
    touched: { observe: 'no', act: 'unknown', confirm: 'yes' }[taken],
    exitCode: taken === 'observe' ? 3 : 5,
  });
  expect(run.types()).toEqual(types);
});
