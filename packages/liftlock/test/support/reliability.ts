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
  /** Two machines that raced for one lease. */
  readonly races: Races;
  /** Faults that the network and the API server were given. */
  readonly faults: number;
  /** By program of the control plane: seconds for which it was away in the middle of an upgrade. */
  readonly away: Readonly<Record<string, number>>;
  /** Inputs from strangers. */
  readonly fuzz: number;
  /** The search for secrets; absent until it was made. */
  readonly canaries?: CanaryFigures | undefined;
  /** The diagnosis of labelled failures; absent until it was asked. */
  readonly corpus?: CorpusFigures | undefined;
  readonly failures: readonly Failure[];
}

/** One scenario, killed again and again. */
export interface Killed {
  /** Whole runs that were killed and brought to their end. */
  readonly runs: number;
  /** Blows that fell: what resumes is killed as well. */
  readonly kills: number;
  /** By what: `SIGKILL after entry`, `SIGKILL of helm`. */
  readonly by: Readonly<Record<string, number>>;
  /** Number of the case with which it goes on. */
  readonly next: number;
  /** The longest that a run took which nobody disturbed. */
  readonly seconds: number;
  /** Boundaries of the journal at which the run was killed. */
  readonly boundaries: Boundaries;
}

/** One side of one entry of an undisturbed run's journal: what was written before is kept, and nothing after it. */
export interface Boundary {
  /** From 1. */
  readonly entry: number;
  readonly side: 'before' | 'after';
}

/** By side a text with one sign for each entry: `x` where a blow fell there, else `-`. */
export type Boundaries = Readonly<Record<Boundary['side'], string>>;

/** Rounds in which two machines wanted one lease. */
export interface Races {
  readonly rounds: number;
  /** Of these the ones in which a helm was at work when its liftlock was killed or stopped. */
  readonly inHelm: number;
  /** How often the lease went from one machine to the other. */
  readonly handovers: number;
  /** Writes by helm, of either machine. */
  readonly helmWrites: number;
  /** What was done to the holder, and how often: `kill`, `stop`, `leave`. */
  readonly happenings: Readonly<Record<string, number>>;
}

/** One search for secrets in everything that liftlock says, gives and leaves. */
export interface CanaryFigures {
  /** Different secrets that were looked for. */
  readonly secrets: number;
  /** Outputs, arguments, environments and requests that were searched. */
  readonly texts: number;
  readonly files: number;
  /** Secrets that stood where none may stand. */
  readonly found: number;
}

/** The labelled failures of docs/diagnosis.md. */
export interface CorpusFigures {
  readonly cases: number;
  /** Class, object, field and first remedy as labelled. */
  readonly right: number;
  /** Remedies offered that destroy what they must not. */
  readonly destructive: number;
}

/** One case that ended otherwise than it should: enough to play it again. */
export interface Failure {
  readonly kind: 'kills' | 'platforms' | 'races' | 'faults' | 'fuzz' | 'canaries' | 'corpus';
  readonly scenario: string;
  readonly seed: number;
  readonly number: number;
  readonly what: readonly string[];
}

/** docs/reliability.json: the last long run, and those of other commits before it. */
export interface Reliability extends LongRun {
  readonly earlier: readonly LongRun[];
}

export const noKills: Killed = {
  runs: 0,
  kills: 0,
  by: {},
  next: 0,
  seconds: 0,
  boundaries: { before: '', after: '' },
};

export const noRaces: Races = { rounds: 0, inHelm: 0, handovers: 0, helmWrites: 0, happenings: {} };

/** A run in which nothing has happened yet. */
export function newLongRun(commit: string, seed: number): LongRun {
  return {
    commit,
    seed,
    when: new Date().toISOString(),
    minutes: 0,
    kills: {},
    platforms: {},
    races: noRaces,
    faults: 0,
    away: {},
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

/** What one killed run adds to the figures of its scenario. */
export interface KilledOnce {
  /** Of its case. */
  readonly number: number;
  /** Kinds of the blows that fell. */
  readonly by: readonly string[];
  /** Those of them that fell at boundaries of the journal. */
  readonly met: readonly Boundary[];
  /** Of the undisturbed run. */
  readonly entries: number;
  readonly seconds: number;
}

/** One more killed run. */
export function withKilled(before: Killed, { number, by, met, entries, seconds }: KilledOnce): Killed {
  const marked = (side: Boundary['side']) =>
    Array.from({ length: Math.max(entries, before.boundaries[side].length) }, (_item, index) =>
      met.some((one) => one.side === side && one.entry === index + 1) ? 'x' : (before.boundaries[side][index] ?? '-'),
    ).join('');
  return {
    runs: before.runs + 1,
    kills: before.kills + by.length,
    by: addedUp(before.by, by),
    next: Math.max(before.next, number + 1),
    seconds: Math.max(before.seconds, Math.round(seconds * 10) / 10),
    boundaries: { before: marked('before'), after: marked('after') },
  };
}

/** Whether a run of the scenario was killed there. */
export function isMet({ boundaries }: Killed, { entry, side }: Boundary): boolean {
  return boundaries[side][entry - 1] === 'x';
}

/** Rounds more. */
export function withRaces(
  before: Races,
  more: Omit<Races, 'happenings'> & { readonly happenings: readonly string[] },
): Races {
  return {
    rounds: before.rounds + more.rounds,
    inHelm: before.inHelm + more.inHelm,
    handovers: before.handovers + more.handovers,
    helmWrites: before.helmWrites + more.helmWrites,
    happenings: addedUp(before.happenings, more.happenings),
  };
}

/** `{kill: 2}` and `['kill', 'stop']` are `{kill: 3, stop: 1}`. */
function addedUp(before: Readonly<Record<string, number>>, more: readonly string[]): Readonly<Record<string, number>> {
  const counts = { ...before };
  for (const name of more) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

/** How many boundaries there are, as far as known, and how many of them were met. */
export function boundariesOf({ boundaries: { before, after } }: Killed): {
  readonly met: number;
  readonly all: number;
} {
  const all = before + after;
  return { met: all.replaceAll('-', '').length, all: all.length };
}

/** Blows of all scenarios together. */
export function killsOf(scenarios: Readonly<Record<string, Killed>>): number {
  return Object.values(scenarios).reduce((sum, { kills }) => sum + kills, 0);
}
