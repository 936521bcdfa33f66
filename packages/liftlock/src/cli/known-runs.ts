import { join } from 'node:path';
import { adoptRun } from '../main/adopt-run.ts';
import { isAdopted } from '../main/adopted.ts';
import { openClusterRuns, type ClusterChoice, type ClusterRuns } from '../main/cluster-runs.ts';
import { knownRuns as runsKnown, type KnownRun } from '../main/known-runs.ts';
import type { RunState } from '../journal/fold.ts';
import { exitCodes, isProblem, Problem } from '../model/problem.ts';
import { note } from './output.ts';
import { theRedactor } from './redactor.ts';

export type { KnownRun } from '../main/known-runs.ts';

/** Milliseconds: a cluster that nobody named is asked no longer. */
const patienceMs = 10_000;

const say = (text: string) => note(text, theRedactor);
const parts = { environment: process.env, redactor: theRedactor, say };

/** Every run that this machine's journals know, newest first. */
export async function knownRuns(site?: string): Promise<readonly KnownRun[]> {
  return runsKnown(parts, site);
}

/**
 * The same with the runs that a cluster knows: one that was named, and the kubeconfig's own where this machine knows no run or
 * has taken one over.
 * Nothing is written on this machine.
 */
export async function allRuns(site: string | undefined, cluster: ClusterChoice): Promise<readonly KnownRun[]> {
  const mine = await knownRuns(site);
  if (
    mine.length > 0 &&
    !isNamed(cluster) &&
    !mine.some(({ folder, state }) => isAdopted(join(folder, 'runs', state.run)))
  )
    return mine;
  const found = await lookInCluster(site, cluster);
  found?.close();
  for (const { problem } of found?.refused ?? []) say(problem.message);
  return runsKnown(parts, site, found?.runs);
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
    const runs = await runsKnown(parts, site, found?.runs);
    const wanted = runs.find(isIt);
    const refused = (found?.refused ?? []).filter((item) => run === undefined || item.run === run);
    const [first] = refused;
    if (wanted === undefined && first !== undefined) throw first.problem;
    if (wanted === undefined) return noSuchRun(run, runs);
    for (const { problem } of refused) say(problem.message);
    if (how !== 'look' && found !== undefined) await adopt(wanted, found, cluster, how === 'adopt' ? 'run' : 'site');
    return wanted;
  } finally {
    found?.close();
  }
}

async function adopt(
  { found: run }: KnownRun,
  cluster: ClusterRuns,
  { kubeconfig, context }: ClusterChoice,
  what: 'run' | 'site',
): Promise<void> {
  if (run === undefined) return;
  const { hasInputs } = await adoptRun(run, cluster.reader, { kubeconfig, context }, process.env, what);
  if (!hasInputs)
    say('Its inputs have been removed since it ended. Give a site file of this machine: --file site.yaml');
  if (what === 'run') say(`Run ${run.run} is adopted from the namespace ${run.namespace} of ${cluster.server}.`);
}

function isNamed({ kubeconfig, context, namespace }: ClusterChoice): boolean {
  return kubeconfig !== undefined || context !== undefined || namespace !== undefined;
}

/** A cluster that nobody named may be away, or none at all: then this machine's runs are all there are, and that is said. */
async function lookInCluster(site: string | undefined, cluster: ClusterChoice): Promise<ClusterRuns | undefined> {
  const looking = openClusterRuns(cluster, { site }, process.env, theRedactor);
  if (isNamed(cluster)) return looking;
  let isLate = false;
  const late = new Promise<undefined>((resolve) => {
    setTimeout(() => resolve(undefined), patienceMs).unref();
  });
  try {
    const found = await Promise.race([looking, late]);
    isLate = found === undefined;
    if (isLate) say(`The cluster has not answered for ${patienceMs / 1000} s: what it knows of runs is not told here.`);
    return found;
  } catch (error) {
    if (!isProblem(error)) throw error;
    say(`The cluster is not asked for runs: ${error.message}`);
    return undefined;
  } finally {
    if (isLate)
      void looking.then(
        (found) => found.close(),
        () => undefined,
      );
  }
}

function noSuchRun(run: string | undefined, runs: readonly KnownRun[]): never {
  const names = runs.slice(0, 5).map(({ state }) => state.run);
  const none = runs.length === 0 ? 'No run is known here.' : 'Of the runs that are known here none is of that kind.';
  throw new Problem('NO_SUCH_RUN', run === undefined ? none : `There is no run "${run}".`, {
    exitCode: exitCodes.usage,
    advice: [
      names.length === 0 ? 'liftlock apply starts one.' : `Known runs: ${names.join(', ')}`,
      'A run of another machine is found in its cluster: --kubeconfig, --context, --namespace',
    ],
  });
}
