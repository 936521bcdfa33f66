import type { Decision } from '../model/finding.ts';
import type { Fault, ProblemRecord } from '../model/journal.ts';
import type { JsonObject } from '../model/json.ts';
import type { Plan } from '../model/plan.ts';
import type { Touched } from '../model/problem.ts';
import { isUndo, type Step } from '../model/step.ts';
import { routeWords } from './route-words.ts';

/** What this room needs to know of a step of a run. */
export interface StepRecord {
  readonly step: Step;
  /** `settled` is done, `acting` is begun and never ended. */
  readonly phase: string;
  readonly note: string;
  readonly touched: Touched;
  readonly writes: number;
  readonly actSeconds: number;
  readonly confirmSeconds: number;
  readonly faults: readonly Fault[];
  readonly problem?: ProblemRecord | undefined;
  readonly startedAt?: string | undefined;
  /** What its confirmation found; a check's `verdict` is there. */
  readonly details?: JsonObject | undefined;
}

/** A hop with what became of its steps. */
export interface HopRecord {
  readonly plan: Plan;
  readonly steps: readonly StepRecord[];
}

/** What this room needs to know of a run: the fold of its journal is one. */
export interface RunRecord {
  readonly run: string;
  readonly purpose: Plan['purpose'];
  readonly who: string;
  readonly ticket?: string | undefined;
  readonly rollbackOf?: string | undefined;
  readonly decisions: readonly Decision[];
  /** Of the hop that the run is at. */
  readonly plan?: Plan | undefined;
  readonly steps: readonly StepRecord[];
  /** Hops before that one. */
  readonly hops?: readonly HopRecord[] | undefined;
  readonly startedAt: string;
  readonly endedAt?: string | undefined;
  readonly resumes: number;
  readonly status: 'running' | 'stopped' | 'finished';
  readonly stopReason?: string | undefined;
  readonly evidence?: string | undefined;
}

/** Every hop that the run has begun, in order. */
export function hopRecords({ hops = [], plan, steps }: RunRecord): readonly HopRecord[] {
  return plan === undefined ? hops : [...hops, { plan, steps }];
}

/** The steps of every hop that the run has begun, in order. */
export function allRecords({ hops = [], steps }: RunRecord): readonly StepRecord[] {
  return [...hops.flatMap((hop) => hop.steps), ...steps];
}

/** Hops that are not begun, as `2.13.0 → 2.19.0`. */
export function hopsToCome({ plan }: RunRecord): readonly string[] {
  return plan === undefined ? [] : plan.route.slice(plan.hop + 1).map(({ from, to }) => `${from} → ${to}`);
}

/** Components whose release this run has changed in its present hop and seen healthy. */
export function doneComponents(run: RunRecord): readonly string[] {
  return run.steps.flatMap(({ step, phase }) =>
    phase === 'settled' && !isUndo(step) && (step.kind === 'helm-upgrade' || step.kind === 'helm-rollback')
      ? [step.component]
      : [],
  );
}

/** Whether anything in the cluster was changed. A step that never ended may have. */
export function touchedByRun(run: RunRecord): Touched {
  const marks = allRecords(run).map(({ phase, touched }) => (phase === 'acting' ? 'unknown' : touched));
  if (marks.includes('yes')) return 'yes';
  return marks.includes('unknown') ? 'unknown' : 'no';
}

export function totalWrites(run: RunRecord): number {
  return allRecords(run).reduce((sum, { writes }) => sum + writes, 0);
}

/** Seconds from its start to its end, pauses before a resume included; undefined while it has none. */
export function runSeconds(run: RunRecord): number | undefined {
  return run.endedAt === undefined ? undefined : (Date.parse(run.endedAt) - Date.parse(run.startedAt)) / 1000;
}

/** `3.0.1 → 3.1.0`. */
export function routeOf(run: RunRecord): string {
  return run.plan === undefined ? '' : routeWords(run.plan);
}

/** True for a check that nobody and nothing has answered. */
export function isNotVerified({ phase, details }: StepRecord): boolean {
  return phase === 'settled' && details?.['verdict'] === 'pending';
}

/** True for a step that is there for the case that another fails, and that nothing has called for. */
export function isUncalled({ step, phase }: StepRecord): boolean {
  return isUndo(step) && phase === 'todo';
}

/** What became of a step, in a word or two. */
export function stepWord(record: StepRecord): string {
  const { step, phase, actSeconds, writes } = record;
  if (isUncalled(record)) return 'not called for';
  if (isNotVerified(record)) return 'not verified';
  if (phase === 'settled') return step.risk !== 'none' && actSeconds === 0 && writes === 0 ? 'was so' : 'done';
  if (phase === 'failed') return 'FAILED';
  return phase === 'acting' ? 'not ended' : 'to do';
}
