import { resolve } from 'node:path';
import { connectCluster } from '../adapters/cluster/connect.ts';
import { makeReplicaReader } from '../adapters/cluster/replica-reader.ts';
import { foldJournal, type RunState } from '../journal/fold.ts';
import { isProblem } from '../model/problem.ts';
import type { Redactor } from '../model/redaction.ts';
import type { ReplicaQuestion, ReplicaReader, ReplicaRun } from '../model/replica.ts';
import { adoptRun } from './adopt-run.ts';
import { agreement } from './prefix.ts';
import type { OpenSite } from './open-site.ts';
import { openExistingJournal, readRuns } from './past-runs.ts';

/** Where runs are looked for that this machine does not know: as kubectl chooses a cluster. */
export interface ClusterChoice {
  readonly kubeconfig?: string | undefined;
  readonly context?: string | undefined;
  readonly namespace?: string | undefined;
}

/** A cluster whose runs are read. */
export interface ClusterRuns {
  readonly reader: ReplicaReader;
  readonly server: string;
  /** Of the kubeconfig, for whoever goes on with a run. */
  readonly context: string;
  readonly runs: readonly ReplicaRun[];
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
    const reader = makeReplicaReader(connection.reader);
    const found = await reader.runs({ ...question, namespace: choice.namespace });
    // Who may not list namespaces may still work in one: the kubeconfig's own.
    const isNarrow = found.length === 0 && choice.namespace === undefined;
    const runs = isNarrow ? await reader.runs({ ...question, namespace: connection.namespace }).catch(() => []) : found;
    return { reader, server: connection.server, context: connection.context, runs, close: () => connection.close() };
  } catch (error) {
    connection.close();
    throw error;
  }
}

/**
 * Every run of a site, the newest first: those of this machine's journal, and those that only the cluster knows or that have
 * gone on elsewhere. Where the cluster's may not be read, those of this machine.
 */
export async function runsOfSite(
  site: Pick<OpenSite, 'folder' | 'namespace' | 'platform' | 'reader' | 'redactor'>,
): Promise<readonly RunState[]> {
  const { namespace, platform, reader, folder, redactor } = site;
  const found = await makeReplicaReader(reader)
    .runs({ namespace, platform: platform.metadata.name })
    .catch((error: unknown) => {
      if (isProblem(error)) return [];
      throw error;
    });
  return withReplicas(folder, redactor, found);
}

/**
 * Brings this machine's journal and folder of a run to where the run has come elsewhere. Where the cluster's may not be read,
 * nothing is done: whoever may not read it may not go on either, and is told so then.
 *
 * Problems: REPLICA_DIFFERS, REPLICA_DAMAGED, REPLICA_TOO_NEW.
 */
export async function catchUp(
  site: Pick<OpenSite, 'folder' | 'namespace' | 'reader' | 'redactor'>,
  state: RunState,
  environment: NodeJS.ProcessEnv,
): Promise<RunState> {
  const reader = makeReplicaReader(site.reader);
  const [replica] = await reader.runs({ namespace: site.namespace, run: state.run }).catch((error: unknown) => {
    if (isProblem(error)) return [];
    throw error;
  });
  if (replica === undefined) return state;
  await adoptRun(replica, reader, {}, environment);
  const store = openExistingJournal(site.folder, site.redactor);
  try {
    return store === undefined ? state : foldJournal(store.entries(state.run));
  } finally {
    store?.close();
  }
}

/** This machine's runs, and of each the longer telling. */
function withReplicas(
  folder: string,
  redactor: OpenSite['redactor'],
  found: readonly ReplicaRun[],
): readonly RunState[] {
  const store = openExistingJournal(folder, redactor);
  try {
    const mine = store === undefined ? [] : readRuns(store, folder);
    const ahead = found
      .filter(({ run, entries }) => {
        const known = store?.entries(run) ?? [];
        return entries.length > 0 && agreement(known, entries) === 'behind';
      })
      .map(({ entries }) => foldJournal(entries));
    const newer = new Set(ahead.map(({ run }) => run));
    return [...mine.filter(({ run }) => !newer.has(run)), ...ahead].toSorted((a, b) =>
      b.startedAt.localeCompare(a.startedAt),
    );
  } finally {
    store?.close();
  }
}
