import { readFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { isPath, withAbsoluteInputs, withAbsolutePaths } from '../adapters/files/site-paths.ts';
import { loadPlatform } from '../adapters/files/platform-catalog.ts';
import { readSiteMemory, rememberSite, type SiteMemory } from '../adapters/files/site-memory.ts';
import { siteFolder, writePrivate } from '../adapters/files/state-folder.ts';
import { openJournal } from '../adapters/journal/sqlite-journal.ts';
import { parseSite } from '../definition/index.ts';
import { foldJournal } from '../journal/fold.ts';
import type { Entry } from '../model/journal.ts';
import type { Plan } from '../model/plan.ts';
import { exitCodes, Problem } from '../model/problem.ts';
import { Redactor } from '../model/redaction.ts';
import { isReplicated, type ReplicaInputs, type ReplicaReader, type ReplicaRun } from '../model/replica.ts';
import type { RegistryCredentials, Site } from '../model/site.ts';
import { readAdopted, writeAdopted, type Adopted, type AdoptedFile } from './adopted.ts';
import type { SiteFlags } from './open-site.ts';
import { journalFile, openExistingJournal } from './past-runs.ts';
import { agreement, replicaDiffers } from './prefix.ts';

/** How this machine reaches the cluster of a run that it adopts. */
export interface Reached {
  readonly kubeconfig?: string | undefined;
  readonly context?: string | undefined;
}

/**
 * Makes a run of another machine this machine's own: its entries into the journal of the site, its files into the run's
 * folder. Where this machine knows its beginning already, what has come since is added, and the site's files stay its own.
 *
 * Problems: REPLICA_DIFFERS, REPLICA_DAMAGED, REPLICA_TOO_NEW, SITE_ELSEWHERE.
 *
 * @param what `site` adopts what the site is opened with, and leaves the run to the cluster
 */
export async function adoptRun(
  replica: ReplicaRun,
  reader: ReplicaReader,
  reached: Reached,
  environment: NodeJS.ProcessEnv,
  what: 'run' | 'site' = 'run',
): Promise<{ readonly hasInputs: boolean }> {
  if (replica.unreadable !== undefined) throw replica.unreadable;
  const folder = siteFolder(environment, replica.site);
  const runFolder = join(folder, 'runs', replica.run);
  const { plan } = foldJournal(replica.entries);
  const mine = entriesHere(folder, replica.run);
  const said = agreement(mine, replica.entries);
  if (said === 'different') throw replicaDiffers(replica);
  if (said !== 'behind') return { hasInputs: true };
  refuseOtherNamespace(replica, plan);
  const memory = await readSiteMemory(folder);
  if (plan !== undefined) refuseOtherSite(memory, plan, replica.site);
  const inputs = await reader.inputs(replica);
  const contents = inputs === undefined ? new Map<string, Uint8Array>() : await reader.contents(replica);
  const isBegunHere = mine.length > 0 && (await readAdopted(runFolder)) === undefined;
  const read = (digest: string) => {
    const bytes = contents.get(digest);
    if (bytes !== undefined) return bytes;
    throw new Problem('REPLICA_DAMAGED', `The cluster has lost a file of run ${replica.run} (${digest}).`, {
      advice: ['Go on with it on the machine that began it: liftlock resume'],
    });
  };
  for (const { kind, name, digest } of inputs?.files ?? [])
    if (kind === 'run' && what === 'run' && isReplicated(name))
      await writePrivate(inside(runFolder, name), read(digest));
  if (!isBegunHere && plan !== undefined) {
    // Without its inputs too: the paths and programs that the plan names are of another machine.
    const known = inputs ?? { flags: { namespace: replica.namespace }, files: [], leftBehind: [] };
    await writeAdopted(runFolder, await adoptInputs({ runFolder, inputs: known, read, reached, plan }));
    if (what === 'run' && inputs !== undefined) await rememberSite(folder, withMemory(memory, inputs, read, plan));
  }
  // Last: a run that the journal knows has its files.
  if (what === 'run') addEntries(folder, mine.length, replica);
  return { hasInputs: isBegunHere || inputs !== undefined };
}

/** Who may write Secrets in one namespace decides nothing about another. */
function refuseOtherNamespace({ namespace, run }: ReplicaRun, plan: Plan | undefined): void {
  if (plan === undefined || plan.site.namespace === namespace) return;
  throw new Problem(
    'REPLICA_MISPLACED',
    `The namespace ${namespace} holds run ${run} of a platform in the namespace ${plan.site.namespace}: a run lies beside its platform.`,
    {
      exitCode: exitCodes.blocked,
      advice: [
        `Name the namespace of your platform: -n ${plan.site.namespace}`,
        `Somebody may have made that Secret by hand: kubectl get secrets -n ${namespace} -l liftlock.dev/run=${run}`,
      ],
    },
  );
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

function addEntries(folder: string, known: number, replica: ReplicaRun): void {
  // Entries were masked where they were written; masked otherwise they would no longer be the same.
  const store = openJournal(journalFile(folder), new Redactor());
  try {
    for (const { run, sequence: _sequence, at, ...body } of replica.entries.slice(known))
      store.append(run, body, new Date(at));
  } finally {
    store.close();
  }
}

function inside(folder: string, name: string): string {
  const file = resolve(folder, name);
  if (file.startsWith(`${resolve(folder)}/`)) return file;
  throw new Problem('REPLICA_DAMAGED', `The cluster names a file that is not inside the run's folder: ${name}.`);
}

interface AdoptParts {
  readonly runFolder: string;
  readonly inputs: ReplicaInputs;
  readonly read: (digest: string) => Uint8Array;
  readonly reached: Reached;
  readonly plan: Plan;
}

async function adoptInputs({ runFolder, inputs, read, reached, plan }: AdoptParts): Promise<Adopted> {
  const folder = join(runFolder, 'adopted');
  const files: AdoptedFile[] = [];
  for (const [index, { kind, name, digest }] of inputs.files.entries()) {
    if (kind === 'run') continue;
    const place =
      kind === 'values'
        ? inside(join(folder, 'values'), name)
        : inside(folder, join(kind, kind === 'file' ? String(index) : '', basename(name)));
    await writePrivate(place, read(digest));
    files.push({ kind, name, place });
  }
  const placed = Object.fromEntries(
    files.filter(({ kind }) => kind === 'file').map(({ name, place }) => [name, place]),
  );
  const { flags } = inputs as unknown as { readonly flags: SiteFlags };
  const definition = files.find(({ kind }) => kind === 'definition')?.place;
  const site = files.find(({ kind }) => kind === 'site');
  const values = files.some(({ kind }) => kind === 'values') ? join(folder, 'values') : undefined;
  const platform = definition ?? plan.platform.name;
  return {
    flags: {
      platform,
      file: site === undefined ? undefined : await adoptSite(site, { platform, placed, values, folder }),
      options: { ...flags.options, ...plan.site.options },
      inputs: flags.inputs,
      answers: flags.answers,
      proveImages: flags.proveImages,
      keyCreated: flags.keyCreated,
      namespace: flags.namespace,
      caFile: flags.caFile === undefined ? undefined : placed[flags.caFile],
      valuesFrom: values,
      kubeconfig: reached.kubeconfig === undefined ? undefined : resolve(reached.kubeconfig),
      context: reached.context,
    },
    placed,
    files,
    leftBehind: inputs.leftBehind,
  };
}

/**
 * The site file for this machine. Left out is what would start a program here, or read a file that did not travel: that
 * somebody may write a Secret in the cluster gives nobody commands and files of those who look after it.
 */
async function adoptSite({ name, place }: AdoptedFile, parts: SiteParts): Promise<string> {
  const folder = dirname(name);
  const { platform } = await loadPlatform(parts.platform);
  const written = withAbsolutePaths(parseSite(await readFile(place, 'utf8'), place), folder);
  const { charts: _charts, valuesFrom: _valuesFrom, ...site } = withAbsoluteInputs(written, platform, folder);
  const { registry } = site.credentials;
  const adopted: Site = {
    ...site,
    platform: isPath(site.platform) ? parts.platform : site.platform,
    cluster: site.cluster.uid === undefined ? {} : { uid: site.cluster.uid },
    localCommands: [],
    ...(parts.values === undefined ? {} : { valuesFrom: parts.values }),
    checks: Object.fromEntries(
      Object.entries(site.checks).map(([id, { url, clientId, username, affirmedBy }]) => [
        id,
        { url, clientId, username, affirmedBy },
      ]),
    ),
    credentials: registry === undefined ? {} : { registry: withoutSecrets(registry, parts.placed) },
  };
  const file = join(parts.folder, 'site.yaml');
  // JSON is YAML.
  await writePrivate(file, JSON.stringify(adopted, null, 2));
  return file;
}

interface SiteParts {
  readonly platform: string;
  readonly placed: Readonly<Record<string, string>>;
  readonly values: string | undefined;
  readonly folder: string;
}

function withoutSecrets(
  { keyCreated, username, tokenHosts, plainHttp, caFile }: RegistryCredentials,
  placed: SiteParts['placed'],
): RegistryCredentials {
  const copy = caFile === undefined ? undefined : placed[caFile];
  return { keyCreated, username, tokenHosts, plainHttp, ...(copy === undefined ? {} : { caFile: copy }) };
}

function withMemory(
  memory: SiteMemory,
  { files }: ReplicaInputs,
  read: (digest: string) => Uint8Array,
  { cluster }: Plan,
): SiteMemory {
  const kept = files.find(({ kind }) => kind === 'memory');
  const theirs = kept === undefined ? {} : (JSON.parse(Buffer.from(read(kept.digest)).toString('utf8')) as SiteMemory);
  return {
    ...memory,
    ...(cluster.uid === '' ? {} : { clusterUid: cluster.uid }),
    affirmations: { ...theirs.affirmations, ...memory.affirmations },
  };
}
