import { resolve } from 'node:path';
import { connectCluster } from '../adapters/cluster/connect.ts';
import { makeReplicaReader } from '../adapters/cluster/replica-reader.ts';
import type { RunState } from '../journal/fold.ts';
import { isProblem } from '../model/problem.ts';
import type { Redactor } from '../model/redaction.ts';
import type { ReplicaQuestion, ReplicaReader } from '../model/replica.ts';
import { adoptRun } from './adopt-run.ts';
import { findRuns, type FoundRuns } from './found-runs.ts';
import { runHere, runsInFolder } from './known-runs.ts';
import type { OpenSite } from './open-site.ts';

/** Where runs are looked for that this machine does not know: as kubectl chooses a cluster. */
export interface ClusterChoice {
  readonly kubeconfig?: string | undefined;
  readonly context?: string | undefined;
  readonly namespace?: string | undefined;
}

/** A cluster whose runs are read. */
export interface ClusterRuns extends FoundRuns {
  readonly reader: ReplicaReader;
  readonly server: string;
  close(): void;
}

/** The runs that a cluster knows, the newest first. Problems: those of the kubeconfig and of the API. */
export async function openClusterRuns(
  choice: ClusterChoice,
  question: Omit<ReplicaQuestion, 'namespace'>,
  environment: NodeJS.ProcessEnv,
  redactor: Redactor,
): Promise<ClusterRuns> {
  const connection = await connectCluster({
    kubeconfig: choice.kubeconfig === undefined ? undefined : resolve(choice.kubeconfig),
    context: choice.context,
    env: environment,
    redactor,
  });
  try {
    const { reader, server, namespace } = connection;
    const found = await findRuns(reader, { ...question, namespace: choice.namespace });
    // Who may not list namespaces may still work in one: the kubeconfig's own.
    const isNarrow = found.runs.length + found.refused.length === 0 && choice.namespace === undefined;
    const runs = isNarrow ? await findRuns(reader, { ...question, namespace }).catch(noneWhereForbidden) : found;
    return { ...runs, reader: makeReplicaReader(reader), server, close: () => connection.close() };
  } catch (error) {
    connection.close();
    throw error;
  }
}

/**
 * Every run of a site, the newest first (see runsInFolder). Whoever may not read those of the cluster is told of this
 * machine's. Problems: those of the API.
 */
export async function runsOfSite(
  site: Pick<OpenSite, 'folder' | 'namespace' | 'platform' | 'site' | 'reader' | 'redactor'>,
): Promise<readonly RunState[]> {
  const { namespace, platform, reader, folder, redactor } = site;
  const question = { namespace, platform: platform.metadata.name };
  const { runs } = await findRuns(reader, question).catch(noneWhereForbidden);
  return runsInFolder(folder, site.site.metadata.name, redactor, runs).map(({ state }) => state);
}

/**
 * Brings this machine's journal and folder of a run to where the run has come elsewhere. Whoever may not read the cluster's may
 * not go on either, and is told so then. What is damaged there says nothing: this machine's journal counts.
 *
 * Problems: REPLICA_DIFFERS, REPLICA_TOO_NEW, REPLICA_MISPLACED, and those of the API.
 */
export async function catchUp(
  site: Pick<OpenSite, 'folder' | 'namespace' | 'site' | 'reader' | 'redactor' | 'say'>,
  state: RunState,
  environment: NodeJS.ProcessEnv,
): Promise<RunState> {
  const { reader, namespace, folder, redactor } = site;
  const { runs, refused } = await findRuns(reader, { namespace, run: state.run }).catch(noneWhereForbidden);
  const [found] = runs;
  const problem = refused[0]?.problem;
  if (problem !== undefined && problem.code !== 'REPLICA_DAMAGED') throw problem;
  if (problem !== undefined) site.say(`${problem.message} This machine's journal counts.`);
  if (found === undefined) return state;
  await adoptRun(found, makeReplicaReader(reader), {}, environment);
  return runHere(folder, state.run, redactor) ?? state;
}

function noneWhereForbidden(error: unknown): FoundRuns {
  if (isProblem(error) && error.details['status'] === 403) return { runs: [], refused: [] };
  throw error;
}
