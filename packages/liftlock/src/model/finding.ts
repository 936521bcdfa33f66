import type { ObjectRef } from './kube.ts';

export type Severity = 'info' | 'warning' | 'blocker';

/** The smallest change that takes a finding away, or the consent that lets it stand. */
export interface Remedy {
  /** What `--allow` takes, for example `install:codemie-ui`; of a fault, what a person does by hand. */
  readonly id: string;
  readonly title: string;
  readonly destructive: boolean;
  /**
   * True for one that a plan takes by itself: it adds a step or drops a flag, destroys nothing, and the usual yes covers it.
   * Of a ladder the first such rung is taken; every other remedy must be named by `--allow`.
   */
  readonly byDefault?: boolean | undefined;
  readonly commands: readonly string[];
}

/** One thing about the site that is wrong or worth knowing. */
export interface Finding {
  /** UPPER_SNAKE and stable; each has a page in the docs. */
  readonly code: string;
  readonly severity: Severity;
  readonly message: string;
  readonly component?: string | undefined;
  readonly object?: ObjectRef | undefined;
  readonly field?: string | undefined;
  readonly remedies: readonly Remedy[];
}

/** What someone chose about a finding. */
export interface Decision {
  readonly remedy: string;
  readonly by: string;
  /** ISO 8601. */
  readonly at: string;
  /** `default`: nobody was asked, the remedy destroys nothing. */
  readonly how: 'flag' | 'site' | 'person' | 'default';
  /** The code of the finding that it answers, and what its remedy does; where the findings of the plan named it. */
  readonly code?: string | undefined;
  readonly title?: string | undefined;
}
