import type { Decision, Remedy } from './finding.ts';
import type { JsonObject } from './json.ts';
import type { ObjectRef } from './kube.ts';
import type { Plan } from './plan.ts';
import type { Touched } from './problem.ts';

/** What a step's observation found. */
export type Observation = 'todo' | 'done' | 'busy';

/** A Problem as the journal keeps it: plain data, masked. */
export interface ProblemRecord {
  readonly code: string;
  readonly message: string;
  readonly advice: readonly string[];
}

/** The cause of a failure, named from what the cluster says (see findings/). */
export interface Fault {
  /** A finding code, for example IMAGE_PULL_UNAUTHORIZED. */
  readonly code: string;
  readonly object: ObjectRef;
  readonly container?: string | undefined;
  readonly image?: string | undefined;
  /** The field of the object, or of what it was made from, that is to be looked at; journals of older versions do not say. */
  readonly field?: string | undefined;
  readonly message: string;
  /** What takes the cause away, the likeliest first; none is destructive. Journals of older versions do not say. */
  readonly remedies?: readonly Remedy[] | undefined;
  /** Last lines of a container's log, masked. */
  readonly lines: readonly string[];
  /** Certain faults end the wait; others are counted down. */
  readonly isCertain: boolean;
  /** Seconds left of the class's grace; 0 when certain. */
  readonly graceSeconds: number;
  /** When the first bad status was written, ISO 8601, if the object says so. */
  readonly since?: string | undefined;
}

/** What happened, in order. Intent is written before the act, outcome after. */
export type EntryBody =
  | {
      readonly type: 'run-started';
      readonly purpose: Plan['purpose'];
      readonly who: string;
      readonly decisions: readonly Decision[];
      readonly ticket?: string | undefined;
      readonly rollbackOf?: string | undefined;
    }
  | { readonly type: 'hop-planned'; readonly plan: Plan }
  | { readonly type: 'baseline'; readonly health: JsonObject }
  | {
      readonly type: 'observed';
      readonly step: string;
      readonly observation: Observation;
      readonly note: string;
      /** Newest revision of the step's release; 0 where it has none. */
      readonly revision?: number | undefined;
    }
  | { readonly type: 'act-started'; readonly step: string }
  | {
      readonly type: 'act-ended';
      readonly step: string;
      readonly outcome: 'done' | 'failed';
      readonly touched: Touched;
      readonly writes: number;
      /** Writes of helm's that were sent and whose outcome is unknown: they may have been done, or may still be. */
      readonly unsure?: number | undefined;
      readonly seconds: number;
      readonly problem?: ProblemRecord | undefined;
    }
  | {
      readonly type: 'confirmed';
      readonly step: string;
      readonly note: string;
      readonly seconds: number;
      readonly details?: JsonObject | undefined;
    }
  | { readonly type: 'confirm-failed'; readonly step: string; readonly problem: ProblemRecord }
  | { readonly type: 'fault'; readonly step: string; readonly fault: Fault }
  | { readonly type: 'migration-started'; readonly step: string; readonly note: string }
  | { readonly type: 'note'; readonly step?: string | undefined; readonly text: string }
  | { readonly type: 'resumed'; readonly who: string }
  | { readonly type: 'stopped'; readonly reason: string }
  | { readonly type: 'evidence'; readonly file: string }
  | { readonly type: 'run-finished' };

export type Entry = EntryBody & {
  readonly run: string;
  /** 1, 2, 3 … without gaps. */
  readonly sequence: number;
  /** ISO 8601. */
  readonly at: string;
};
