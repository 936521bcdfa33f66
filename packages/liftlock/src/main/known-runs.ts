import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { siteFolder, stateHome } from '../adapters/files/state-folder.ts';
import { foldJournal, type RunState } from '../journal/fold.ts';
import type { JournalStore } from '../model/ports.ts';
import { isProblem } from '../model/problem.ts';
import type { Redactor } from '../model/redaction.ts';
import type { FoundRun } from './found-runs.ts';
import { openExistingJournal, readRuns } from './past-runs.ts';
import { agreement } from './prefix.ts';

/** A run as it is known here: by this machine's journal, or by the cluster where that knows more. */
export interface KnownRun {
  readonly site: string;
  readonly folder: string;
  readonly state: RunState;
  /** Where the cluster knows more of it than this machine. */
  readonly found?: FoundRun | undefined;
}

export interface KnowingParts {
  readonly environment: NodeJS.ProcessEnv;
  readonly redactor: Redactor;
  /** Hears what is left out. */
  readonly say: (text: string) => void;
}

/** Every run that this machine's journals know, and those that were found in a cluster; the newest first. */
export async function knownRuns(
  { environment, redactor, say }: KnowingParts,
  site: string | undefined,
  found: readonly FoundRun[] = [],
): Promise<readonly KnownRun[]> {
  const here = await readdir(join(stateHome(environment), 'sites')).catch((): string[] => []);
  const names = new Set(
    [...here, ...found.map((run) => run.site)].filter((name) => site === undefined || name === site),
  );
  const runs: (readonly KnownRun[])[] = [];
  for (const name of names) {
    const folder = siteFolder(environment, name);
    try {
      const mine = runsInFolder(folder, name, redactor, []);
      const theirs = sameNamespace(
        mine,
        found.filter((run) => run.site === name),
        say,
      );
      runs.push(theirs.length === 0 ? mine : runsInFolder(folder, name, redactor, theirs));
    } catch (error) {
      // What is wrong with one site's journal keeps nobody from another site.
      if (names.size === 1 || !isProblem(error)) throw error;
      say(`${error.message} What it knows is left out; liftlock doctor says more.`);
    }
  }
  return merged(runs);
}

/** A site of this machine is in one namespace; another one of its name is another installation, or somebody's who would be it. */
function sameNamespace([newest]: readonly KnownRun[], found: readonly FoundRun[], say: (text: string) => void) {
  const here = newest?.state.plan?.site;
  if (here === undefined) return found;
  const theirs = found.filter(({ namespace }) => namespace === here.namespace);
  const others = [...new Set(found.flatMap(({ namespace }) => (namespace === here.namespace ? [] : [namespace])))];
  if (others.length > 0)
    say(`The site ${here.name} is in the namespace ${here.namespace}: its runs in ${others.join(', ')} are left out.`);
  return theirs;
}

/**
 * Runs of one site, the newest first: those of the journal in its order, which no clock that was set back changes, and between
 * them those that only the cluster knows, by when the cluster got to know them. Of a run that both know the longer telling counts, and
 * where they differ the cluster's: it was written by whoever had the lease.
 */
export function runsInFolder(
  folder: string,
  site: string,
  redactor: Redactor,
  found: readonly FoundRun[],
): readonly KnownRun[] {
  const store = openExistingJournal(folder, redactor);
  try {
    const mine = store === undefined ? [] : readRuns(store, folder);
    const told = new Map(found.map((run) => [run.run, run]));
    const all = mine.map((state): KnownRun => {
      const theirs = told.get(state.run);
      const isMore = theirs !== undefined && store !== undefined && knowsMore(theirs, store);
      return isMore ? { site, folder, state: theirs.state, found: theirs } : { site, folder, state };
    });
    const known = new Set(mine.map(({ run }) => run));
    const others = found
      .filter(({ run }) => !known.has(run))
      .map((run) => ({ site, folder, state: run.state, found: run }));
    const since = ({ state }: KnownRun) => Date.parse(told.get(state.run)?.keptSince ?? state.startedAt);
    return interleaved(all, others, since);
  } finally {
    store?.close();
  }
}

function knowsMore({ run, entries }: FoundRun, store: JournalStore): boolean {
  const said = agreement(store.entries(run), entries);
  return said === 'behind' || said === 'different';
}

/** Both the newest first; neither loses its order. */
function interleaved(
  mine: readonly KnownRun[],
  others: readonly KnownRun[],
  since: (run: KnownRun) => number,
): readonly KnownRun[] {
  const left = [...others];
  const all: KnownRun[] = [];
  for (const run of mine) {
    for (let [next] = left; next !== undefined && since(next) > since(run); [next] = left) {
      all.push(next);
      left.shift();
    }
    all.push(run);
  }
  return [...all, ...left];
}

/** Runs of several sites, the newest first; within a site their order stays. */
function merged(sites: readonly (readonly KnownRun[])[]): readonly KnownRun[] {
  const left = sites.map((runs) => [...runs]);
  const all: KnownRun[] = [];
  for (;;) {
    const heads = left.flatMap(([head]) => head ?? []);
    const [first] = heads.toSorted((a, b) => b.state.startedAt.localeCompare(a.state.startedAt));
    if (first === undefined) return all;
    all.push(first);
    left.find(([head]) => head === first)?.shift();
  }
}

/** A run as this machine's journal has it by now. */
export function runHere(folder: string, run: string, redactor: Redactor): RunState | undefined {
  const store = openExistingJournal(folder, redactor);
  try {
    const entries = store?.entries(run) ?? [];
    return entries.length === 0 ? undefined : foldJournal(entries);
  } finally {
    store?.close();
  }
}
