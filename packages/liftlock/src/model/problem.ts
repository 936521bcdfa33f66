import type { JsonObject } from './json.ts';

/** Process exit codes, as the reference documents them. */
export const exitCodes = {
  done: 0,
  bug: 1,
  usage: 2,
  blocked: 3,
  warnings: 4,
  failed: 5,
  waiting: 6,
  changes: 10,
  interrupted: 130,
} as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** Whether the cluster was written to before the failure: the first thing an operator asks. */
export type Touched = 'no' | 'yes' | 'unknown';

/** A place in a file; lines and columns count from 1. */
export interface SourcePlace {
  readonly file: string;
  readonly line?: number | undefined;
  readonly column?: number | undefined;
}

export interface ProblemOptions {
  /** What to do next, as sentences or commands. */
  readonly advice?: readonly string[] | undefined;
  readonly at?: SourcePlace | undefined;
  /** Safe to journal: already masked. */
  readonly details?: JsonObject | undefined;
  readonly exitCode?: ExitCode | undefined;
  readonly touched?: Touched | undefined;
  readonly cause?: unknown;
}

/**
 * An error that liftlock foresaw, written for the person who reads it. Compare by `code`, never by `instanceof`
 * across packages. Anything thrown that is no Problem is a bug.
 */
export class Problem extends Error {
  readonly code: string;
  readonly advice: readonly string[];
  readonly at: SourcePlace | undefined;
  readonly details: JsonObject;
  readonly exitCode: ExitCode;
  readonly touched: Touched;

  constructor(code: string, message: string, options: ProblemOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'Problem';
    this.code = code;
    this.advice = options.advice ?? [];
    this.at = options.at;
    this.details = options.details ?? {};
    this.exitCode = options.exitCode ?? exitCodes.blocked;
    this.touched = options.touched ?? 'no';
  }
}

/** True for a Problem of this or another copy of the library. */
export function isProblem(error: unknown): error is Problem {
  return error instanceof Error && error.name === 'Problem' && 'code' in error && 'advice' in error;
}

/** The same failure, where more is known of whether the cluster was written to. */
export function withTouched(problem: Problem, touched: Touched): Problem {
  const { code, message, advice, at, details, exitCode } = problem;
  return new Problem(code, message, { advice, at, details, exitCode, touched, cause: problem });
}

/** `file:line:column`, as editors and terminals make it clickable. */
export function formatPlace(place: SourcePlace): string {
  return [place.file, place.line, place.column].filter((part) => part !== undefined).join(':');
}
