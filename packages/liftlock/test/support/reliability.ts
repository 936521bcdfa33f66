/** What was done and found, added up over one long run; several sittings of one commit and seed are one run. */
export interface LongRun {
  /** Of the code that was tried; with `-dirty` where it was changed. */
  readonly commit: string;
  readonly seed: number;
  /** When it was last added to, ISO 8601. */
  readonly when: string;
  readonly minutes: number;
  /** On small platforms, by scenario. */
  readonly kills: Readonly<Record<string, Killed>>;
  /** On the platforms that ship with liftlock. */
  readonly platforms: Readonly<Record<string, Killed>>;
  /** Rounds in which two machines raced for one lease. */
  readonly races: number;
  /** Faults that the network and the API server were given. */
  readonly faults: number;
  /** Inputs from strangers. */
  readonly fuzz: number;
  readonly failures: readonly Failure[];
}

export interface Killed {
  /** Whole runs that were killed and brought to their end. */
  readonly runs: number;
  /** Blows that fell: what resumes is killed as well. */
  readonly kills: number;
  /** By what: `SIGKILL after entry`, `SIGKILL of helm`. */
  readonly by: Readonly<Record<string, number>>;
}

/** One case that ended otherwise than it should: enough to play it again. */
export interface Failure {
  readonly kind: 'kills' | 'platforms' | 'races' | 'faults' | 'fuzz';
  readonly scenario: string;
  readonly seed: number;
  readonly number: number;
  readonly what: readonly string[];
}

/** docs/reliability.json: the last long run, and those of other commits before it. */
export interface Reliability extends LongRun {
  readonly earlier: readonly LongRun[];
}

export const noKills: Killed = { runs: 0, kills: 0, by: {} };

/** A run in which nothing has happened yet. */
export function newLongRun(commit: string, seed: number): LongRun {
  return {
    commit,
    seed,
    when: new Date().toISOString(),
    minutes: 0,
    kills: {},
    platforms: {},
    races: 0,
    faults: 0,
    fuzz: 0,
    failures: [],
  };
}

/** Goes on with the last run where it is of the same commit and seed; else that one becomes an earlier one. */
export function continued(before: Reliability | undefined, commit: string, seed: number): Reliability {
  if (before === undefined) return { ...newLongRun(commit, seed), earlier: [] };
  if (before.commit === commit && before.seed === seed) return before;
  const { earlier, ...last } = before;
  return { ...newLongRun(commit, seed), earlier: [last, ...earlier] };
}

/** One more killed run. */
export function withKilled(before: Killed, by: readonly string[]): Killed {
  const counts = { ...before.by };
  for (const name of by) counts[name] = (counts[name] ?? 0) + 1;
  return { runs: before.runs + 1, kills: before.kills + by.length, by: counts };
}

/** Blows of all scenarios together. */
export function killsOf(scenarios: Readonly<Record<string, Killed>>): number {
  return Object.values(scenarios).reduce((sum, { kills }) => sum + kills, 0);
}
