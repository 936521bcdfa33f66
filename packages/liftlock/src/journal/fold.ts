import type { Decision } from '../model/finding.ts';
import type { Entry, EntryBody, Fault, ProblemRecord } from '../model/journal.ts';
import type { JsonObject } from '../model/json.ts';
import type { Plan } from '../model/plan.ts';
import type { Touched } from '../model/problem.ts';
import { readPlan } from '../model/hops.ts';
import { isPairedUndo, isUndo, type Step } from '../model/step.ts';
import { isGoingBack, waysBack } from './undo.ts';

/**
 * Where a step stands.
 * - `todo`: not looked at yet, or voided by a resume.
 * - `needed`: observed, and it is to be done.
 * - `busy`: observed, and something still runs that must not be disturbed (O2).
 * - `acting`: intent written, outcome not.
 * - `acted`: done, not yet confirmed healthy.
 * - `settled`: confirmed; never touched again in this run.
 * - `failed`: the act or its confirmation failed.
 */
export type StepPhase = 'todo' | 'needed' | 'busy' | 'acting' | 'acted' | 'settled' | 'failed';

export interface StepState {
  readonly step: Step;
  readonly phase: StepPhase;
  /** Whether this run ever began to act on it, also before a resume. */
  readonly wasTried: boolean;
  /** Whether an act of it has no written end: what it did while nobody watched is not known. */
  readonly wasCutOff?: boolean | undefined;
  readonly note: string;
  /** Newest revision of the release at the last look. */
  readonly seenRevision?: number | undefined;
  /** Newest revision before our last try: helm then made the next one. Journals of older versions do not say. */
  readonly triedFrom?: number | undefined;
  /**
   * The same of every try that is not known to have written nothing: one that was cut off before it unlocked the release finds what
   * an earlier one has made.
   */
  readonly tries?: readonly number[] | undefined;
  readonly touched: Touched;
  readonly writes: number;
  /** Seconds of the act and of the confirmation. */
  readonly actSeconds: number;
  readonly confirmSeconds: number;
  readonly problem?: ProblemRecord | undefined;
  readonly faults: readonly Fault[];
  readonly details?: JsonObject | undefined;
  readonly hasMigrated: boolean;
  /** When the run first looked at it, in whichever try. */
  readonly firstSeenAt?: string | undefined;
  /** When its present try began. */
  readonly startedAt?: string | undefined;
  readonly endedAt?: string | undefined;
}

/** A hop that a run has finished: its steps are settled, and never counted for the next one. */
export interface FinishedHop {
  readonly plan: Plan;
  readonly steps: readonly StepState[];
}

/** A run is the fold of its journal. */
export interface RunState {
  readonly run: string;
  readonly purpose: Plan['purpose'];
  readonly who: string;
  readonly ticket?: string | undefined;
  readonly rollbackOf?: string | undefined;
  readonly decisions: readonly Decision[];
  /** Of the hop that the run is at. */
  readonly plan?: Plan | undefined;
  /** Of the hop that the run is at: ids of steps repeat from hop to hop. */
  readonly steps: readonly StepState[];
  /** Hops before that one, the first first. */
  readonly hops: readonly FinishedHop[];
  readonly baseline?: JsonObject | undefined;
  readonly startedAt: string;
  readonly endedAt?: string | undefined;
  readonly resumes: number;
  readonly status: 'running' | 'stopped' | 'finished';
  readonly stopReason?: string | undefined;
  readonly evidence?: string | undefined;
}

/** The steps of every hop that the run has begun, in order. */
export function allSteps(state: Pick<RunState, 'hops' | 'steps'>): readonly StepState[] {
  return [...state.hops.flatMap((hop) => hop.steps), ...state.steps];
}

/** Whether anything in the cluster was changed by the run so far. */
export function touchedBy(state: Pick<RunState, 'hops' | 'steps'>): Touched {
  const marks = allSteps(state).map((step) => (step.phase === 'acting' ? 'unknown' : step.touched));
  if (marks.includes('yes')) return 'yes';
  return marks.includes('unknown') ? 'unknown' : 'no';
}

function freshStep(step: Step): StepState {
  return {
    step,
    phase: 'todo',
    wasTried: false,
    note: '',
    touched: 'no',
    writes: 0,
    actSeconds: 0,
    confirmSeconds: 0,
    faults: [],
    hasMigrated: false,
  };
}

/** Plays the entries of one run, oldest first. Pure: the same entries give the same state. */
export function foldJournal(entries: readonly Entry[]): RunState {
  const first = entries[0];
  if (first?.type !== 'run-started') throw new Error('a journal begins with run-started');
  const start: RunState = {
    run: first.run,
    purpose: first.purpose,
    who: first.who,
    ticket: first.ticket,
    rollbackOf: first.rollbackOf,
    decisions: first.decisions,
    steps: [],
    hops: [],
    startedAt: first.at,
    resumes: 0,
    status: 'running',
  };
  return entries.slice(1).reduce(applyEntry, start);
}

/** An act whose end was never written may have done anything: it stays unknown for the rest of the run. */
function resumedStep(step: StepState): StepState {
  if (step.phase === 'settled') return step;
  // A new try has its time anew; one that was only interrupted goes on with what is left of it.
  const startedAt = step.phase === 'failed' ? undefined : step.startedAt;
  const fresh: StepState = { ...step, phase: 'todo', problem: undefined, startedAt };
  return step.phase === 'acting' ? { ...fresh, touched: worse(step.touched, 'unknown'), wasCutOff: true } : fresh;
}

/**
 * A way back that was begun is finished first: the step that called for it stays failed until then. One that was not, or that is
 * over, may be needed again; what it has put back is to be changed once more.
 */
function resumedSteps(steps: readonly StepState[]): readonly StepState[] {
  const failed = steps.find(({ step, phase }) => phase !== 'settled' && !isUndo(step));
  const ways = failed?.phase === 'failed' ? waysBack(failed, steps) : [];
  if (isGoingBack(ways)) return steps.map((state) => (state === failed ? state : resumedStep(state)));
  const early = ways.filter(({ phase }) => phase === 'settled');
  const reopened = new Set(early.flatMap(({ step }) => (isPairedUndo(step) ? [step.undoes] : [])));
  return steps.map((state) => {
    if (reopened.has(state.step.id)) return { ...resumedStep(state), phase: 'todo' };
    if (!isUndo(state.step) && !early.includes(state)) return resumedStep(state);
    return { ...freshStep(state.step), touched: state.touched, writes: state.writes };
  });
}

function applyEntry(state: RunState, entry: Entry): RunState {
  switch (entry.type) {
    case 'run-started':
      return state;
    case 'hop-planned':
      return planHop(state, ofRun(state, readPlan(entry.plan)));
    case 'baseline':
      return { ...state, baseline: entry.health };
    case 'resumed':
      return {
        ...state,
        status: 'running',
        stopReason: undefined,
        resumes: state.resumes + 1,
        steps: resumedSteps(state.steps),
      };
    case 'stopped':
      return { ...state, status: 'stopped', stopReason: entry.reason, endedAt: entry.at };
    case 'run-finished':
      return { ...state, status: 'finished', endedAt: entry.at };
    case 'evidence':
      return { ...state, evidence: entry.file };
    case 'note':
      return state;
    default:
      return {
        ...state,
        steps: knowOwnRollback(
          entry,
          state.steps.map((step) => (step.step.id === entry.step ? applyStepEntry(step, entry, entry.at) : step)),
        ),
      };
  }
}

/**
 * What a run was called with is said by its first plan alone: paths and programs that a later entry names may have come from
 * another machine, over the cluster.
 */
function ofRun({ plan: first }: RunState, plan: Plan): Plan {
  if (first === undefined) return plan;
  const { inputs: _inputs, ...later } = plan;
  return first.inputs === undefined ? later : { ...later, inputs: first.inputs };
}

/** A hop that is planned again keeps what its steps have reached; the next one begins with fresh steps, whatever their ids. */
function planHop(state: RunState, plan: Plan): RunState {
  const { decisions } = plan;
  if (state.plan === undefined || state.plan.hop === plan.hop)
    return { ...state, plan, decisions, steps: keepSettled(state.steps, plan.steps) };
  const finished: FinishedHop = { plan: state.plan, steps: state.steps };
  return { ...state, plan, decisions, hops: [...state.hops, finished], steps: plan.steps.map(freshStep) };
}

type StepEntry = Extract<EntryBody, { readonly step: string }>;

function applyStepEntry(state: StepState, entry: StepEntry, at: string): StepState {
  switch (entry.type) {
    case 'observed': {
      const phase = { todo: 'needed', done: 'acted', busy: 'busy' } as const;
      const times = { firstSeenAt: state.firstSeenAt ?? at, startedAt: state.startedAt ?? at };
      const seen = { note: entry.note, seenRevision: entry.revision, ...times };
      return { ...state, phase: phase[entry.observation], ...seen };
    }
    case 'act-started':
      return { ...state, phase: 'acting', wasTried: true, triedFrom: state.seenRevision, tries: triesOf(state) };
    case 'act-ended':
      return {
        ...state,
        phase: entry.outcome === 'done' ? 'acted' : 'failed',
        touched: worse(state.touched, entry.touched),
        tries: entry.touched === 'no' && state.triedFrom !== undefined ? state.tries?.slice(0, -1) : state.tries,
        writes: state.writes + entry.writes,
        actSeconds: state.actSeconds + entry.seconds,
        problem: entry.problem,
        endedAt: at,
      };
    case 'confirmed':
      return {
        ...state,
        phase: 'settled',
        note: entry.note,
        confirmSeconds: entry.seconds,
        details: entry.details,
        endedAt: at,
      };
    case 'confirm-failed':
      return { ...state, phase: 'failed', problem: entry.problem, endedAt: at };
    case 'fault':
      return { ...state, faults: withFault(state.faults, entry.fault) };
    case 'migration-started':
      return { ...state, hasMigrated: true };
    default:
      return state;
  }
}

function triesOf({ tries, seenRevision }: StepState): readonly number[] | undefined {
  return seenRevision === undefined ? tries : [...(tries ?? []), seenRevision];
}

/** Where the way back of an upgrade has made a revision, that is the one from which a new try of the upgrade begins. */
function knowOwnRollback(entry: StepEntry, steps: readonly StepState[]): readonly StepState[] {
  const undo = steps.find(({ step }) => step.id === entry.step);
  if (entry.type !== 'confirmed' || undo?.triedFrom === undefined || !isUndo(undo.step) || isPairedUndo(undo.step))
    return steps;
  const { undoes } = undo.step;
  const triedFrom = undo.triedFrom + 1;
  return steps.map((state) => (state.step.id === undoes ? { ...state, triedFrom } : state));
}

/** The same fault told again (now certain, or with less grace) takes the place of its first telling. */
function withFault(faults: readonly Fault[], fault: Fault): readonly Fault[] {
  const isSame = (other: Fault) =>
    other.code === fault.code && other.object.name === fault.object.name && other.container === fault.container;
  return [...faults.filter((other) => !isSame(other)), fault];
}

function worse(a: Touched, b: Touched): Touched {
  if (a === 'yes' || b === 'yes') return 'yes';
  return a === 'unknown' || b === 'unknown' ? 'unknown' : 'no';
}

function keepSettled(before: readonly StepState[], steps: readonly Step[]): readonly StepState[] {
  const byId = new Map(before.map((state) => [state.step.id, state]));
  return steps.map((step) => {
    const old = byId.get(step.id);
    if (old === undefined) return freshStep(step);
    if (old.phase === 'settled') return old;
    return { ...old, step };
  });
}
