import { foldJournal, touchedBy, type RunState, type StepState } from '../journal/fold.ts';
import { nextAction, type Action } from '../journal/next-action.ts';
import { waysBack } from '../journal/undo.ts';
import type { EntryBody, ProblemRecord } from '../model/journal.ts';
import type { JournalStore } from '../model/ports.ts';
import { isProblem, Problem } from '../model/problem.ts';
import { isUndo, type Step } from '../model/step.ts';
import { collectEvidence } from './evidence.ts';
import { runLost } from './lease-lost.ts';
import { stoppedCode, stoppedOnRequest, waitingCodes, windowClosed } from './stop-reasons.ts';
import type { Acted, Handlers, World } from './world.ts';
import { handlerOf } from './world.ts';

export interface EngineParts {
  readonly run: string;
  readonly store: JournalStore;
  readonly handlers: Handlers;
  readonly world: World;
}

/** Milliseconds between two looks at a step that is busy. */
const busyPause = 2000;

/**
 * Carries out the run's plan: fold the journal, decide, do one thing, write it down, again. Returns when the run is
 * finished or stopped; a stopped run says why in its state. Writes the intent before each act. Returns a run that still
 * runs where a hop is done and the next one has to be planned.
 *
 * Problems: LEASE_LOST where another process has gone on with the run; those of the journal.
 */
export async function carryOut(parts: EngineParts): Promise<RunState> {
  for (;;) {
    const state = stateOf(parts);
    if (state.status !== 'running') return state;
    const action = nextAction(state);
    const reason = stopReason(state, action, parts);
    if (reason !== undefined) {
      await stop(parts, reason);
      return stateOf(parts);
    }
    if (action.do === 'replan') return state;
    await perform(action, parts, state);
    if (action.do === 'act' || action.do === 'confirm') await saveOutcome(parts);
  }
}

/** An outcome that cannot be written elsewhere now goes along with the next: before the next act it has to. */
async function saveOutcome({ world }: EngineParts): Promise<void> {
  await world.save().catch((error: unknown) => {
    if (!isProblem(error)) throw error;
  });
}

/**
 * Writes down what was decided or has happened. Once another process has the lease the run is that one's to tell: two journals of
 * one run that go apart could not be brought together again.
 */
async function tell(parts: EngineParts, body: EntryBody): Promise<void> {
  if (await parts.world.lease.isLost()) throw runLost(parts.run, touchedBy(stateOf(parts)));
  parts.world.emit(body);
}

/** The run as its journal tells it. */
export function stateOf(parts: Pick<EngineParts, 'run' | 'store'>): RunState {
  return foldJournal(parts.store.entries(parts.run));
}

function stopReason(state: RunState, action: Action, parts: EngineParts): string | undefined {
  if (action.do === 'stop') {
    const { problem } = stepOf(state, action.step);
    if (problem?.code === stoppedCode) return stoppedOnRequest;
    return problem?.message ?? 'the outcome of the step is not known';
  }
  if (action.do === 'replan') return beforeHop(parts.world);
  // A step that acted is confirmed first: its result must not stay unknown because someone pressed Ctrl-C.
  const beginsStep = action.do === 'observe' || action.do === 'act';
  if (parts.world.stop.level !== 'none' && (beginsStep || action.do === 'wait')) return stoppedOnRequest;
  if (beginsStep && beginsComponent(action.step, state) && isPastWindow(parts.world)) return windowClosed;
  return undefined;
}

/** O24: between two hops everything is at a version that the vendor supports, so there a closed window always stops. */
function beforeHop({ stop: { level }, windowCloses, clock }: World): string | undefined {
  if (level !== 'none') return stoppedOnRequest;
  return windowCloses !== undefined && clock.now() >= windowCloses ? windowClosed : undefined;
}

/** A component that was begun is not left halfway: between an uninstall and its installation least of all. */
function beginsComponent({ component }: Step, state: RunState): boolean {
  return component !== undefined && !state.steps.some(({ step, wasTried }) => step.component === component && wasTried);
}

function isPastWindow(world: World): boolean {
  const { notAfter } = world.stop;
  return notAfter !== undefined && world.clock.now() >= notAfter;
}

function stepOf(state: RunState, step: Step) {
  const found = state.steps.find((item) => item.step.id === step.id);
  if (found === undefined) throw new Error(`step ${step.id} is not part of the run`);
  return found;
}

/** The ways back that the step calls for which stands in the way. */
function waysOf(state: RunState): readonly StepState[] {
  const open = state.steps.find(({ step, phase }) => phase !== 'settled' && !isUndo(step));
  return open?.phase === 'failed' ? waysBack(open, state.steps) : [];
}

function isFirstWayBack(step: Step, state: RunState): boolean {
  const ways = waysOf(state);
  return ways[0]?.step.id === step.id && ways.every(({ phase, wasTried }) => phase === 'todo' && !wasTried);
}

async function stop(parts: EngineParts, reason: string): Promise<void> {
  const state = stateOf(parts);
  // What a way back has left says nothing about the fault: its evidence was kept before.
  const isBack = waysOf(state).some(({ phase }) => phase !== 'todo');
  const isFault = state.steps.some(
    ({ phase, problem }) => phase === 'failed' && !waitingCodes.includes(problem?.code ?? ''),
  );
  if (!isBack && isFault) await keepEvidence(parts, state);
  await tell(parts, { type: 'stopped', reason });
}

async function keepEvidence(parts: EngineParts, state: RunState): Promise<void> {
  const file = await collectEvidence(parts.world, state, parts.store.entries(parts.run)).catch((error: unknown) => {
    parts.world.emit({ type: 'note', text: `no support bundle: ${String(error)}` });
    return undefined;
  });
  if (file !== undefined) parts.world.emit({ type: 'evidence', file });
}

async function perform(action: Exclude<Action, { do: 'replan' }>, parts: EngineParts, state: RunState): Promise<void> {
  const { world } = parts;
  switch (action.do) {
    case 'finish':
      reportOverrun(world);
      await tell(parts, { type: 'run-finished' });
      return;
    case 'stop':
      return;
    case 'wait':
      await world.clock.sleep(busyPause, world.stop.signal);
      await observe(action.step, parts, state);
      return;
    case 'observe':
      // Evidence first: a rollback rolls it away with the rest (O3).
      if (isFirstWayBack(action.step, state)) await keepEvidence(parts, state);
      await observe(action.step, parts, state);
      return;
    case 'act':
      await act(action.step, parts, state);
      return;
    case 'confirm':
      await confirm(action.step, parts, state);
      return;
  }
}

/** O24: a window that closes in the middle does not stop the run; that it was overrun is said. */
function reportOverrun(world: World): void {
  const closes = Date.parse(world.site.window?.closes ?? '');
  const late = Math.ceil((world.clock.now().getTime() - closes) / 60_000);
  if (!Number.isNaN(late) && late > 0)
    world.emit({ type: 'note', text: `the maintenance window closed ${late} min before the end` });
}

async function observe(step: Step, parts: EngineParts, state: RunState): Promise<void> {
  const { world, handlers } = parts;
  const before = stepOf(state, step);
  const outcome = async (): Promise<EntryBody> => {
    try {
      return { type: 'observed', step: step.id, ...(await handlerOf(handlers, step).observe(step, world, before)) };
    } catch (error) {
      return { type: 'confirm-failed', step: step.id, problem: recordOf(error, world) };
    }
  };
  const seen = await outcome();
  // The same busy note again and again would fill the journal without telling anything.
  const isSame = before.phase === 'busy' && seen.type === 'observed' && seen.observation === 'busy';
  if (!isSame || seen.note !== before.note) await tell(parts, seen);
}

async function act(step: Step, parts: EngineParts, state: RunState): Promise<void> {
  const { world, handlers } = parts;
  await tell(parts, { type: 'act-started', step: step.id });
  const began = world.clock.now().getTime();
  const ownBefore = world.writer.writes();
  const ended = ({ touched, writes, unsure = 0 }: Acted) => {
    const own = world.writer.writes() - ownBefore;
    const seconds = Math.max(0, (world.clock.now().getTime() - began) / 1000);
    const known = { touched: own > 0 ? 'yes' : touched, writes: writes + own, seconds } as const;
    return unsure === 0 ? known : { ...known, unsure };
  };
  const outcome = async (): Promise<EntryBody> => {
    try {
      // The intent is where a colleague finds it before the act begins (O9).
      await world.save();
      const acted = await handlerOf(handlers, step).act(step, world, stepOf(state, step));
      return { type: 'act-ended', step: step.id, outcome: 'done', ...ended(acted) };
    } catch (error) {
      const problem = recordOf(error, world);
      return { type: 'act-ended', step: step.id, outcome: 'failed', ...ended(failedAct(error)), problem };
    }
  };
  // A journal that cannot be written is no failure of what was done.
  await tell(parts, await outcome());
}

/** What a failed act has done, as far as its error knows. */
function failedAct(error: unknown): Acted {
  if (!isProblem(error)) return { touched: 'unknown', writes: 0 };
  const { touched, details } = error;
  return { touched, writes: Number(details['writes'] ?? 0), unsure: Number(details['unsure'] ?? 0) };
}

async function confirm(step: Step, parts: EngineParts, state: RunState): Promise<void> {
  const { world, handlers } = parts;
  const began = world.clock.now().getTime();
  const outcome = async (): Promise<EntryBody> => {
    try {
      const confirmed = await handlerOf(handlers, step).confirm(step, world, stepOf(state, step));
      const seconds = Math.max(0, (world.clock.now().getTime() - began) / 1000);
      return { type: 'confirmed', step: step.id, seconds, ...confirmed };
    } catch (error) {
      return { type: 'confirm-failed', step: step.id, problem: recordOf(error, world) };
    }
  };
  await tell(parts, await outcome());
}

/** An error as the journal keeps it: masked, and a bug where it was no Problem. */
function recordOf(error: unknown, world: World): ProblemRecord {
  const problem = isProblem(error)
    ? error
    : new Problem(
        'BUG',
        `This is a bug in liftlock: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
      );
  return world.redactor.json({ code: problem.code, message: problem.message, advice: problem.advice });
}
