import { readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { platformsFolder } from '../adapters/files/platform-catalog.ts';
import { digestOf } from '../model/digest.ts';
import type { LeftBehind, ReplicaFileKind } from '../model/replica.ts';
import type { Adopted } from './adopted.ts';
import type { OpenSite } from './open-site.ts';

/** Larger files are no inputs of a few lines but archives: they do not travel. */
const largestBytes = 8 * 1024 * 1024;

/** A file that travels with a run. */
export interface InputFile {
  readonly kind: ReplicaFileKind;
  readonly name: string;
  readonly bytes: Uint8Array;
}

export interface GatheredInputs {
  readonly files: readonly InputFile[];
  readonly leftBehind: readonly LeftBehind[];
}

/** What a site was opened with, besides its values files: what a colleague needs who has nothing but the cluster. */
export async function gatherInputs(site: OpenSite): Promise<GatheredInputs> {
  const { adopted, flags } = site;
  if (adopted !== undefined)
    return { files: [...(await copiesOf(adopted)), memoryOf(site)], leftBehind: adopted.leftBehind };
  const named = [
    ...(flags.file === undefined ? [] : [{ kind: 'site' as const, name: resolve(flags.file) }]),
    ...(site.platformFile.startsWith(platformsFolder())
      ? []
      : [{ kind: 'definition' as const, name: site.platformFile }]),
    { kind: 'memory' as const, name: join(site.folder, 'site.json') },
    ...inputFiles(site).map((name) => ({ kind: 'file' as const, name })),
  ];
  const files: InputFile[] = [];
  const leftBehind: LeftBehind[] = [...(await credentialsOf(site))];
  for (const { kind, name } of named) {
    const size = await stat(name).then(
      (found) => found.size,
      () => undefined,
    );
    const bytes = size === undefined || size > largestBytes ? undefined : await readFile(name);
    if (bytes !== undefined) files.push({ kind, name: kind === 'memory' ? 'site.json' : name, bytes });
    // A site has no memory before its first run.
    else if (kind !== 'memory')
      leftBehind.push({
        what: size === undefined ? 'a file that was not there' : 'a large file',
        path: name,
        flag: kind === 'file' ? '--input NAME=PATH' : '--file site.yaml',
      });
  }
  return { files, leftBehind };
}

/** The copies that this machine works with, and what was given anew here, by the names that the run has for them. */
async function copiesOf({ files, placed }: Adopted): Promise<readonly InputFile[]> {
  const kept = files
    .filter(({ kind }) => kind !== 'memory')
    .map(({ kind, name, place }) => ({ kind, name, place: placed[name] ?? place }));
  const names = new Set(files.map(({ name }) => name));
  const given = Object.entries(placed).flatMap(([name, place]) =>
    names.has(name) ? [] : [{ kind: 'file' as const, name, place }],
  );
  return Promise.all(
    [...kept, ...given].map(async ({ kind, name, place }) => ({ kind, name, bytes: await readFile(place) })),
  );
}

/** What was affirmed for a run that was adopted: where it was begun, and since. */
function memoryOf({ site: { affirmations } }: OpenSite): InputFile {
  return { kind: 'memory', name: 'site.json', bytes: Buffer.from(JSON.stringify({ affirmations })) };
}

/**
 * The values files that the site has loaded and that are not known yet: what a step reads was loaded when it was planned, and one
 * that was changed for a later hop is loaded once more. One that is otherwise by now waits: its step is refused.
 * @param known path and digest of each that was gathered before; what is gathered now is added
 */
export async function gatherValues(
  { loaded }: Pick<OpenSite, 'loaded'>,
  known: Set<string>,
): Promise<readonly InputFile[]> {
  const found = [...loaded].map(async ([name, { file, digest, isCommand }]): Promise<readonly InputFile[]> => {
    const key = `${name} ${digest}`;
    if (known.has(key)) return [];
    const bytes = await readFile(file).catch(() => undefined);
    // A command is known by the values in it.
    if (bytes === undefined || (isCommand !== true && digestOf(bytes) !== digest)) return [];
    known.add(key);
    return [{ kind: isCommand === true ? 'file' : 'values', name, bytes }];
  });
  return (await Promise.all(found)).flat();
}

function inputFiles({ site, platform }: OpenSite): readonly string[] {
  const inputs = Object.entries(platform.inputs).filter(([, { type }]) => type === 'file');
  const given = inputs.flatMap(([name]) => site.inputs[name] ?? []);
  const { caFile } = site.credentials.registry ?? {};
  const trusted = [caFile, site.verifyCharts?.keyring].filter((file) => file !== undefined);
  return [...new Set([...given, ...trusted])];
}

/** Credentials stay with whom they were given to; what opens the cluster and the registry elsewhere is that machine's own. */
async function credentialsOf({ site }: OpenSite): Promise<readonly LeftBehind[]> {
  const { keyFile, passwordFile, tokenCommand, tokenHosts = [] } = site.credentials.registry ?? {};
  const checks = Object.entries(site.checks).flatMap(([id, { passwordFile: password, clientSecretFile, tokenFile }]) =>
    [password, clientSecretFile, tokenFile].flatMap((path) =>
      path === undefined ? [] : [{ what: `a secret of the check ${id}`, path, flag: '--file site.yaml' }],
    ),
  );
  const { kubeconfig } = site.cluster;
  return [
    ...(keyFile === undefined
      ? []
      : [{ what: 'the registry key', path: keyFile, digest: await digestIn(keyFile), flag: '--key-file key.json' }]),
    // A digest of a password can be tried against a list of them.
    ...(passwordFile === undefined
      ? []
      : [{ what: "the registry's password", path: passwordFile, flag: '--password-file FILE' }]),
    ...(tokenCommand === undefined
      ? []
      : [
          {
            what: 'the token command, which would run on this machine',
            path: tokenCommand[0] ?? '',
            flag: '--file site.yaml',
          },
        ]),
    ...(tokenHosts.length === 0
      ? []
      : [{ what: 'to whom the registry key may be shown', path: tokenHosts.join(', '), flag: '--file site.yaml' }]),
    ...(site.charts === undefined
      ? []
      : [{ what: 'the folder of charts', path: site.charts, flag: '--charts FOLDER; the plan has their digests' }]),
    ...(kubeconfig === undefined ? [] : [{ what: 'the kubeconfig', path: kubeconfig, flag: '--kubeconfig PATH' }]),
    ...(site.localCommands.length === 0
      ? []
      : [
          {
            what: 'the consent to commands on this machine',
            path: site.localCommands.join(', '),
            flag: '--file site.yaml',
          },
        ]),
    ...checks,
  ];
}

async function digestIn(file: string): Promise<string | undefined> {
  return readFile(file).then(digestOf, () => undefined);
}
