import type { ObjectRef } from './kube.ts';

export type Severity = 'info' | 'warning' | 'blocker';

/** The smallest change that takes a finding away, or the consent that lets it stand. */
export interface Remedy {
  /** What `--allow` takes, for example `install:codemie-ui`. */
  readonly id: string;
  readonly title: string;
  readonly destructive: boolean;
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
  readonly how: 'flag' | 'site' | 'person';
}
