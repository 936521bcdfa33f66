import { readdir } from 'node:fs/promises';
import { join, normalize } from 'node:path';
import { damaged } from '../adapters/cluster/replica-secrets.ts';
import { readSiteMemory, rememberSite, type SiteMemory } from '../adapters/files/site-memory.ts';
import { removeFile, siteFolder, writePrivate } from '../adapters/files/state-folder.ts';
import { openJournal } from '../adapters/journal/sqlite-journal.ts';
import type { Entry } from '../model/journal.ts';
import type { Plan } from '../model/plan.ts';
import { exitCodes, Problem } from '../model/problem.ts';
import { Redactor } from '../model/redaction.ts';
import { isReplicated, type ReplicaInputs, type ReplicaReader } from '../model/replica.ts';
import { adoptInputs, inside, type Reached } from './adopt-site.ts';
import { isAdopted, markUnseen, writeAdopted } from './adopted.ts';
import type { FoundRun } from './found-runs.ts';
import { journalFile, openExistingJournal } from './past-runs.ts';
import { agreement, replicaDiffers } from './prefix.ts';

/**
 * Makes a run of another machine this machine's own: its entries into the journal of the site, its files into the run's
 * folder. Where this machine knows its beginning already, what has come since is added, and the site's files stay its own.
 *
 * Problems: REPLICA_DIFFERS, REPLICA_DAMAGED, REPLICA_TOO_NEW, SITE_ELSEWHERE.
 *
 * @param what `site` adopts what the site is opened with, and leaves the run to the cluster
 */
export async function adoptRun(
  found: FoundRun,
  reader: ReplicaReader,
  reached: Reached,
  environment: NodeJS.ProcessEnv,
  what: 'run' | 'site' = 'run',
): Promise<{ readonly hasInputs: boolean }> {
  const folder = siteFolder(environment, found.site);
  const runFolder = join(folder, 'runs', found.run);
  const { plan } = found.state;
  const mine = entriesHere(folder, found.run);
  const said = agreement(mine, found.entries);
  if (said === 'different') throw replicaDiffers(found);
  if (said !== 'behind') return { hasInputs: true };
  const memory = await readSiteMemory(folder);
  if (plan !== undefined) refuseOtherSite(memory, plan, found.site);
  const inputs = await reader.inputs(found);
  const contents = inputs === undefined ? new Map<string, Uint8Array>() : await reader.contents(found);
  const isBegunHere = mine.some(({ type }) => type === 'hop-planned') && !isAdopted(runFolder);
  const read = (digest: string) => {
    const bytes = contents.get(digest);
    if (bytes !== undefined) return bytes;
    throw damaged(found.run, `it has lost a file (${digest})`);
  };
  if (what === 'run' && inputs !== undefined) await takeRunFiles(runFolder, inputs, read);
  if (!isBegunHere && plan !== undefined) {
    // Without its inputs too: the paths and programs that the plan names are of another machine.
    const known = inputs ?? { flags: {}, files: [], leftBehind: [] };
    await writeAdopted(runFolder, await adoptInputs({ runFolder, inputs: known, read, reached, plan }));
    if (what === 'run' && inputs !== undefined) await rememberSite(folder, withCluster(memory, plan));
  }
  if (what === 'run') {
    const news = found.entries.slice(mine.length);
    if (news.some(({ type }) => type === 'hop-planned')) await markUnseen(runFolder);
    // Last: a run that the journal knows has its files.
    addEntries(folder, news);
  }
  return { hasInputs: isBegunHere || inputs !== undefined };
}

/** What a step has kept to put it back, and another machine has put back since, is not there any more: neither is it here. */
const former = /^backup\/(hop-\d+\/)?former\//;

async function takeRunFiles(
  runFolder: string,
  { files }: ReplicaInputs,
  read: (digest: string) => Uint8Array,
): Promise<void> {
  const theirs = files.filter(({ kind, name }) => kind === 'run' && isReplicated(normalize(name)));
  for (const { name, digest } of theirs) await writePrivate(inside(runFolder, name), read(digest));
  const there = new Set(theirs.map(({ name }) => name));
  const here = await readdir(runFolder, { recursive: true }).catch((): string[] => []);
  for (const name of here) if (former.test(name) && !there.has(name)) await removeFile(join(runFolder, name));
}

/** The same name may be another installation on this machine. */
function refuseOtherSite({ clusterUid }: SiteMemory, { cluster }: Plan, site: string): void {
  if (clusterUid === undefined || cluster.uid === '' || clusterUid === cluster.uid) return;
  throw new Problem(
    'SITE_ELSEWHERE',
    `On this machine the site ${site} is in the cluster with the UID ${clusterUid}, and the run is of ${cluster.uid}.`,
    {
      exitCode: exitCodes.blocked,
      advice: ['Go on with it as another user, or with a state folder of its own: XDG_STATE_HOME'],
    },
  );
}

function entriesHere(folder: string, run: string): readonly Entry[] {
  const store = openExistingJournal(folder);
  try {
    return store?.entries(run) ?? [];
  } finally {
    store?.close();
  }
}

function addEntries(folder: string, entries: readonly Entry[]): void {
  const store = openJournal(journalFile(folder), new Redactor());
  try {
    store.adopt(entries);
  } finally {
    store.close();
  }
}

function withCluster(memory: SiteMemory, { cluster }: Plan): SiteMemory {
  return cluster.uid === '' ? memory : { ...memory, clusterUid: cluster.uid };
}
