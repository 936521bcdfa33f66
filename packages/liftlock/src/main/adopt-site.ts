import { readFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { loadPlatform } from '../adapters/files/platform-catalog.ts';
import type { SiteMemory } from '../adapters/files/site-memory.ts';
import { isPath, withAbsoluteInputs, withAbsolutePaths } from '../adapters/files/site-paths.ts';
import { writePrivate } from '../adapters/files/state-folder.ts';
import { parseSite } from '../definition/index.ts';
import type { Plan } from '../model/plan.ts';
import { Problem } from '../model/problem.ts';
import type { ReplicaInputs } from '../model/replica.ts';
import { Site, type RegistryCredentials } from '../model/site.ts';
import { readAdopted, type Adopted, type AdoptedFile } from './adopted.ts';
import type { SiteFlags } from './open-site.ts';

/** How this machine reaches the cluster of a run that it adopts. */
export interface Reached {
  readonly kubeconfig?: string | undefined;
  readonly context?: string | undefined;
}

/** Where a file of a replica lies below a folder. Throws REPLICA_DAMAGED for a name that leads out of it. */
export function inside(folder: string, name: string): string {
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

/** How a run of another machine is opened here: its site, and the copies of what that names, written below the run's folder. */
export async function adoptInputs({ runFolder, inputs, read, reached, plan }: AdoptParts): Promise<Adopted> {
  const folder = join(runFolder, 'adopted');
  const before = await readAdopted(runFolder);
  const isOwn = (path: string | undefined) => path !== undefined && !path.startsWith(`${folder}/`);
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
  // What somebody has given anew on this machine, the way to its cluster above all, holds for what has come since.
  const given = Object.entries(before?.flags ?? {}).filter(([name, value]) => isGivenAnew(name) && isOwn(value));
  const givenFiles = Object.entries(before?.placed ?? {}).filter(([, place]) => isOwn(place));
  return {
    flags: {
      platform,
      file: await adoptSite(site, { name: plan.site.name, platform, placed, values, folder }),
      options: { ...flags.options, ...plan.site.options },
      inputs: flags.inputs,
      answers: flags.answers,
      proveImages: flags.proveImages,
      keyCreated: flags.keyCreated,
      namespace: plan.site.namespace,
      caFile: flags.caFile === undefined ? undefined : placed[flags.caFile],
      valuesFrom: values,
      ...Object.fromEntries(given),
      ...(reached.kubeconfig === undefined ? {} : { kubeconfig: resolve(reached.kubeconfig) }),
      ...(reached.context === undefined ? {} : { context: reached.context }),
    },
    placed: { ...placed, ...Object.fromEntries(givenFiles) },
    files,
    affirmations: affirmedFor(inputs, read),
    leftBehind: inputs.leftBehind,
  };
}

function isGivenAnew(flag: string): boolean {
  return /^(kubeconfig|context|helm|valuesFrom|keyFile|passwordFile|caFile|charts)$/.test(flag);
}

/**
 * The site file for this machine. Left out is what would start a program here, or read a file that did not travel: that
 * somebody may write a Secret in the cluster gives nobody commands and files of those who look after it.
 */
async function adoptSite(copy: AdoptedFile | undefined, parts: SiteParts): Promise<string> {
  const site = copy === undefined ? bareSite(parts) : await siteHere(copy, parts);
  const file = join(parts.folder, 'site.yaml');
  // JSON is YAML.
  await writePrivate(file, JSON.stringify(site, null, 2));
  return file;
}

/** Where none travelled, or none is there any more, the site still has its name: its journal and its runs lie below that. */
function bareSite({ name, platform }: SiteParts): Pick<Site, 'apiVersion' | 'kind' | 'metadata' | 'platform'> {
  return { apiVersion: 'liftlock.dev/v1alpha1', kind: 'Site', metadata: { name }, platform };
}

async function siteHere({ name, place }: AdoptedFile, parts: SiteParts): Promise<Site> {
  const folder = dirname(name);
  const { platform } = await loadPlatform(parts.platform);
  const written = withAbsolutePaths(parseSite(await readFile(place, 'utf8'), place), folder);
  const { charts: _charts, valuesFrom: _valuesFrom, ...site } = withAbsoluteInputs(written, platform, folder);
  const { registry } = site.credentials;
  return {
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
    ...(site.verifyCharts === undefined ? {} : { verifyCharts: withKeyring(site.verifyCharts, parts.placed) }),
    credentials: registry === undefined ? {} : { registry: withoutSecrets(registry, parts.placed) },
  };
}

interface SiteParts {
  readonly name: string;
  readonly platform: string;
  readonly placed: Readonly<Record<string, string>>;
  readonly values: string | undefined;
  readonly folder: string;
}

/** Neither secrets, nor to whom else this machine's may be shown. Without TLS nobody is spoken to but this machine. */
function withoutSecrets(
  { keyCreated, username, plainHttp, caFile }: RegistryCredentials,
  placed: SiteParts['placed'],
): RegistryCredentials {
  const copy = caFile === undefined ? undefined : placed[caFile];
  return { keyCreated, username, plainHttp, ...(copy === undefined ? {} : { caFile: copy }) };
}

/** A keyring that did not travel is asked for by its place. */
function withKeyring(
  verifyCharts: NonNullable<Site['verifyCharts']>,
  placed: SiteParts['placed'],
): NonNullable<Site['verifyCharts']> {
  return { keyring: placed[verifyCharts.keyring] ?? verifyCharts.keyring };
}

/** What persons affirmed for the run; of later ones of this machine they have said nothing. */
function affirmedFor({ files }: ReplicaInputs, read: (digest: string) => Uint8Array): Site['affirmations'] {
  const kept = files.find(({ kind }) => kind === 'memory');
  if (kept === undefined) return {};
  try {
    const memory = JSON.parse(Buffer.from(read(kept.digest)).toString('utf8')) as SiteMemory | null;
    return Site.shape.affirmations.parse(memory?.affirmations);
  } catch {
    return {};
  }
}
