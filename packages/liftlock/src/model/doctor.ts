/**
 * How one thing stands that `liftlock doctor` has looked at. `blocker`: a run cannot begin, or go on, before it is mended;
 * `unknown`: it could not be looked at.
 */
export type LookState = 'ok' | 'warning' | 'blocker' | 'unknown';

/** What a line of `liftlock doctor` is about, in the order in which they are told. */
export const lookThemes = ['machine', 'state', 'site', 'cluster', 'registries'] as const;

/** One line of `liftlock doctor`. */
export interface Look {
  readonly theme: (typeof lookThemes)[number];
  /** Short and stable, for programs: `clock`, `journal`, `lease`. */
  readonly what: string;
  readonly state: LookState;
  readonly message: string;
  /** What to do, as sentences or commands; empty where there is nothing to do. */
  readonly advice: readonly string[];
}

/** A volume whose reclaim policy a run has set to Retain, and which may go back without anything being deleted (O5). */
export interface RetainedVolume {
  readonly volume: string;
  /** The former policy. */
  readonly policy: string;
  readonly claim: string;
  readonly site: string;
  readonly run: string;
}

/** All that `liftlock doctor` saw. */
export interface Examination {
  readonly looks: readonly Look[];
  readonly retained: readonly RetainedVolume[];
}
