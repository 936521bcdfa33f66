import type { Entry, EntryBody, Fault, ProblemRecord } from '../model/journal.ts';
import type { Plan } from '../model/plan.ts';
import type { Touched } from '../model/problem.ts';
import { isUndo, type Step } from '../model/step.ts';

/** Where a step stands, in the words of the screen. */
export type StepLook = 'waiting' | 'looking' | 'held' | 'running' | 'checking' | 'done' | 'failed';

export interface StepView {
  readonly step: Step;
  readonly look: StepLook;
  /** When it was first looked at, ISO 8601. */
  readonly startedAt?: string | undefined;
  /** Act and confirmation, in seconds. */
  readonly seconds: number;
  readonly note: string;
  readonly touched: Touched;
  readonly writes: number;
  readonly faults: readonly Fault[];
  readonly problem?: ProblemRecord | undefined;
  /** It was so before this run acted on it. */
  readonly wasDone: boolean;
  /** A check that nobody and nothing has answered. */
  readonly isNotVerified: boolean;
}

/** A run as onlookers see it: what the entries told so far. */
export interface RunView {
  readonly plan: Plan;
  readonly run: string;
  readonly who: string;
  readonly ticket?: string | undefined;
  readonly startedAt?: string | undefined;
  readonly endedAt?: string | undefined;
  readonly resumes: number;
  readonly status: 'running' | 'stopped' | 'finished';
  readonly reason?: string | undefined;
  readonly evidence?: string | undefined;
  readonly steps: readonly StepView[];
}

function freshStep(step: Step): StepView {
  return {
    step,
    look: 'waiting',
    seconds: 0,
    note: '',
    touched: 'no',
    writes: 0,
    faults: [],
    wasDone: false,
    isNotVerified: false,
  };
}

export function startView(plan: Plan): RunView {
  return { plan, run: '', who: '', resumes: 0, status: 'running', steps: plan.steps.map(freshStep) };
}

/** What an entry changes. Pure, so that a stored journal looks like the run did. */
export function applyEntry(view: RunView, entry: Entry): RunView {
  const named = { ...view, run: entry.run, startedAt: view.startedAt ?? entry.at };
  switch (entry.type) {
    case 'run-started':
      return { ...named, who: entry.who, ticket: entry.ticket };
    case 'hop-planned':
      return {
        ...named,
        plan: entry.plan,
        // Ids repeat from hop to hop: the next one begins with fresh steps.
        steps: entry.plan.steps.map(
          (step) =>
            (entry.plan.hop === view.plan.hop ? view.steps.find((old) => old.step.id === step.id) : undefined) ??
            freshStep(step),
        ),
      };
    case 'resumed':
      return {
        ...named,
        status: 'running',
        resumes: view.resumes + 1,
        reason: undefined,
        steps: view.steps.map(reopen),
      };
    case 'stopped':
      return { ...named, status: 'stopped', reason: entry.reason, endedAt: entry.at };
    case 'run-finished':
      return { ...named, status: 'finished', endedAt: entry.at };
    case 'evidence':
      return { ...named, evidence: entry.file };
    case 'baseline':
      return named;
    case 'note':
      return named;
    default:
      return { ...named, steps: applyToStep(settleEarlier(named.steps, entry.step), entry, entry.at) };
  }
}

function reopen(step: StepView): StepView {
  return step.look === 'done' ? step : { ...step, look: 'waiting', problem: undefined };
}

/** Steps go strictly in order: whoever hears of a later one, as after a resume, knows that those before it are done. */
function settleEarlier(steps: readonly StepView[], id: string): readonly StepView[] {
  const at = steps.findIndex(({ step }) => step.id === id);
  return steps.map((step, index) =>
    index < at && step.look === 'waiting' && !isUndo(step.step)
      ? { ...step, look: 'done' as const, wasDone: true, note: 'done before' }
      : step,
  );
}

type StepEntry = Extract<EntryBody, { readonly step: string }>;

function applyToStep(steps: readonly StepView[], entry: StepEntry, at: string): readonly StepView[] {
  return steps.map((step) =>
    step.step.id === entry.step ? { ...afterEntry(step, entry), startedAt: step.startedAt ?? at } : step,
  );
}

function afterEntry(step: StepView, entry: StepEntry): StepView {
  switch (entry.type) {
    case 'observed': {
      const look = { todo: 'looking', done: 'checking', busy: 'held' } as const;
      return {
        ...step,
        look: look[entry.observation],
        note: entry.note,
        wasDone: entry.observation === 'done' && step.step.risk !== 'none',
      };
    }
    case 'act-started':
      return { ...step, look: 'running', note: '' };
    case 'act-ended':
      return {
        ...step,
        look: entry.outcome === 'done' ? 'checking' : 'failed',
        touched: worse(step.touched, entry.touched),
        writes: step.writes + entry.writes,
        seconds: step.seconds + entry.seconds,
        problem: entry.problem,
      };
    case 'confirmed':
      return {
        ...step,
        look: 'done',
        note: entry.note,
        seconds: step.seconds + entry.seconds,
        isNotVerified: entry.details?.['verdict'] === 'pending',
      };
    case 'confirm-failed':
      return { ...step, look: 'failed', problem: entry.problem };
    case 'fault':
      return { ...step, faults: [...step.faults.filter((fault) => !isSame(fault, entry.fault)), entry.fault] };
    case 'migration-started':
      return { ...step, note: entry.note };
    default:
      return step;
  }
}

/** The same fault told again takes the place of its first telling. */
export function isSame(a: Fault, b: Fault): boolean {
  return (
    a.code === b.code &&
    a.object.kind === b.object.kind &&
    a.object.name === b.object.name &&
    a.container === b.container
  );
}

function worse(a: Touched, b: Touched): Touched {
  if (a === 'yes' || b === 'yes') return 'yes';
  return a === 'unknown' || b === 'unknown' ? 'unknown' : 'no';
}

/** The fault that ended a step: the newest certain one, or else the newest. */
export function causeOf(faults: readonly Fault[]): Fault | undefined {
  return faults.findLast(({ isCertain }) => isCertain) ?? faults.at(-1);
}
