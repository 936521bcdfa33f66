import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { siteFolder, stateHome } from '../adapters/files/state-folder.ts';
import { adoptRun } from '../main/adopt-run.ts';
import { openClusterRuns, type ClusterChoice, type ClusterRuns } from '../main/cluster-runs.ts';
import { openExistingJournal, readRuns } from '../main/past-runs.ts';
import { agreement } from '../main/prefix.ts';
import { foldJournal, type RunState } from '../journal/fold.ts';
import { exitCodes, isProblem, Problem } from '../model/problem.ts';
import type { ReplicaRun } from '../model/replica.ts';
import { note } from './output.ts';
import { theRedactor } from './redactor.ts';

export interface KnownRun {
  readonly site: string;
  readonly folder: string;
  readonly state: RunState;
}

/** Milliseconds: a cluster that nobody named is asked no longer. */
const patienceMs = 10_000;

/** Every run that this machine's journals know, newest first. */
export async function knownRuns(site?: string): Promise<readonly KnownRun[]> {
  const sites = join(stateHome(process.env), 'sites');
  const names = (await readdir(sites).catch(() => [])).filter((name) => site === undefined || name === site);
  const runs: (readonly KnownRun[])[] = [];
  for (const name of names) {
    const folder = join(sites, name);
    try {
      const store = openExistingJournal(folder, theRedactor);
      if (store === undefined) continue;
      try {
        runs.push(readRuns(store, folder).map((state) => ({ site: name, folder, state })));
      } finally {
        store.close();
      }
    } catch (error) {
      // What is wrong with one site's journal keeps nobody from another site.
      if (names.length === 1 || !isProblem(error)) throw error;
      note(`${error.message} What it knows is left out; liftlock doctor says more.`, theRedactor);
    }
  }
  return merged(runs);
}

/** Runs of several sites, the newest first; within a site in the order of its journal, which no clock that was set back changes. */
function merged(sites: readonly (readonly KnownRun[])[]): readonly KnownRun[] {
  const left = sites.map((runs) => [...runs]);
  const all: KnownRun[] = [];
  for (;;) {
    const [first] = newestFirst(left.flatMap(([head]) => head ?? []));
    if (first === undefined) return all;
    all.push(first);
    left.find(([head]) => head === first)?.shift();
  }
}

/**
 * The same with the runs that a cluster knows: one that was named, and the kubeconfig's own where this machine knows no run or
 * has taken one over.
 * Nothing is written on this machine.
 */
export async function allRuns(site: string | undefined, cluster: ClusterChoice): Promise<readonly KnownRun[]> {
  const mine = await knownRuns(site);
  if (mine.length > 0 && !isNamed(cluster) && !mine.some(isAdopted)) return mine;
  const found = await lookInCluster(site, cluster);
  found?.close();
  for (const { unreadable } of found?.runs ?? []) if (unreadable !== undefined) note(unreadable.message, theRedactor);
  return withFound(mine, found?.runs ?? []);
}

/**
 * The named run, or the newest one that `isWanted` accepts; looked for in the cluster as allRuns has it.
 * @param how `look` leaves this machine alone; `adopt` makes a run that only the cluster knows this machine's own, `adopt site`
 * just what its site is opened with
 */
export async function knownRun(
  run: string | undefined,
  site: string | undefined,
  isWanted: (state: RunState) => boolean,
  cluster?: ClusterChoice,
  how: 'look' | 'adopt' | 'adopt site' = 'look',
): Promise<KnownRun> {
  const isIt = ({ state }: KnownRun) => (run === undefined ? isWanted(state) : state.run === run);
  const mine = await knownRuns(site);
  const known = mine.find(isIt);
  if (cluster === undefined || (known !== undefined && !isNamed(cluster))) return known ?? noSuchRun(run, mine);
  const found = await lookInCluster(site, cluster);
  try {
    const runs = withFound(mine, found?.runs ?? []);
    const wanted = runs.find(isIt);
    const unreadable = found?.runs.find((replica) => replica.run === run)?.unreadable;
    if (unreadable !== undefined) throw unreadable;
    if (wanted === undefined) return noSuchRun(run, runs);
    if (how !== 'look' && found !== undefined) await adopt(wanted, found, cluster, how === 'adopt' ? 'run' : 'site');
    return wanted;
  } finally {
    found?.close();
  }
}

async function adopt(
  { state }: KnownRun,
  found: ClusterRuns,
  cluster: ClusterChoice,
  what: 'run' | 'site',
): Promise<void> {
  const replica = found.runs.find(({ run }) => run === state.run);
  if (replica === undefined) return;
  const reached = { kubeconfig: cluster.kubeconfig, context: cluster.context };
  const { hasInputs } = await adoptRun(replica, found.reader, reached, process.env, what);
  if (!hasInputs)
    note(
      'Its inputs have been removed since it ended. Give a site file of this machine: --file site.yaml',
      theRedactor,
    );
  if (what === 'run')
    note(`Run ${replica.run} is taken over from the namespace ${replica.namespace} of ${found.server}.`, theRedactor);
}

function isAdopted({ folder, state }: KnownRun): boolean {
  return existsSync(join(folder, 'runs', state.run, 'adopted.json'));
}

function isNamed({ kubeconfig, context, namespace }: ClusterChoice): boolean {
  return kubeconfig !== undefined || context !== undefined || namespace !== undefined;
}

/** A cluster that nobody named may be away, or none at all: then this machine's runs are all there are. */
async function lookInCluster(site: string | undefined, cluster: ClusterChoice): Promise<ClusterRuns | undefined> {
  const looking = openClusterRuns(cluster, { site }, process.env, theRedactor);
  if (isNamed(cluster)) return looking;
  const gone = new Promise<undefined>((resolve) => {
    setTimeout(() => resolve(undefined), patienceMs).unref();
  });
  try {
    return await Promise.race([looking, gone]);
  } catch (error) {
    if (!isProblem(error)) throw error;
    return undefined;
  }
}

/** Of a run that both know the longer telling counts. */
function withFound(mine: readonly KnownRun[], found: readonly ReplicaRun[]): readonly KnownRun[] {
  const theirs = found
    .filter(({ entries }) => entries.length > 0)
    .map(({ site, entries }) => ({
      site,
      folder: siteFolder(process.env, site),
      state: foldJournal(entries),
      entries,
    }));
  const ahead = theirs.filter(({ state, entries, folder }) => {
    const store = openExistingJournal(folder, theRedactor);
    const known = store?.entries(state.run) ?? [];
    store?.close();
    return agreement(known, entries) === 'behind';
  });
  const newer = new Set(ahead.map(({ state }) => state.run));
  return newestFirst([
    ...mine.filter(({ state }) => !newer.has(state.run)),
    ...ahead.map(({ site, folder, state }) => ({ site, folder, state })),
  ]);
}

function newestFirst(runs: readonly KnownRun[]): readonly KnownRun[] {
  return runs.toSorted((a, b) => b.state.startedAt.localeCompare(a.state.startedAt));
}

function noSuchRun(run: string | undefined, runs: readonly KnownRun[]): never {
  const names = runs.slice(0, 5).map(({ state }) => state.run);
  throw new Problem(
    'NO_SUCH_RUN',
    run === undefined ? 'This machine knows no such run.' : `There is no run "${run}".`,
    {
      exitCode: exitCodes.usage,
      advice: [
        names.length === 0 ? 'liftlock apply starts one.' : `Known runs: ${names.join(', ')}`,
        'A run of another machine is found in its cluster: --kubeconfig, --context, --namespace',
      ],
    },
  );
}
