import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { platformsFolder } from '../adapters/files/platform-catalog.ts';
import { digestOf } from '../model/digest.ts';
import type { LeftBehind, ReplicaFileKind } from '../model/replica.ts';
import type { OpenSite, SiteFlags } from './open-site.ts';

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
export async function gatherInputs(site: OpenSite, flags: SiteFlags): Promise<GatheredInputs> {
  const { adopted } = site;
  if (adopted !== undefined) {
    const files = adopted.files.map(async ({ kind, name, place }) => ({ kind, name, bytes: await readFile(place) }));
    return { files: await Promise.all(files), leftBehind: adopted.leftBehind };
  }
  const named = [
    ...(flags.file === undefined ? [] : [{ kind: 'site' as const, name: flags.file }]),
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
    if (size === undefined) continue;
    const bytes = size > largestBytes ? undefined : await readFile(name);
    if (bytes !== undefined) files.push({ kind, name: kind === 'memory' ? 'site.json' : name, bytes });
    else leftBehind.push({ what: 'a large file', path: name, flag: '--input NAME=PATH' });
  }
  return { files, leftBehind };
}

/** The values files that the site has loaded so far: what a step reads it has read before, when it was planned. */
export async function gatherValues(site: OpenSite, known: ReadonlySet<string>): Promise<readonly InputFile[]> {
  const fresh = [...site.loaded].filter(([path]) => !known.has(path));
  return Promise.all(
    fresh.map(async ([path, { file, isCommand }]) => ({
      kind: isCommand === true ? ('file' as const) : ('values' as const),
      name: path,
      bytes: await readFile(file),
    })),
  );
}

function inputFiles({ site, platform }: OpenSite): readonly string[] {
  const inputs = Object.entries(platform.inputs).filter(([, { type }]) => type === 'file');
  const given = inputs.flatMap(([name]) => site.inputs[name] ?? []);
  const { caFile } = site.credentials.registry ?? {};
  return [...new Set([...given, ...(caFile === undefined ? [] : [caFile])])];
}

/** Credentials stay with whom they were given to; what opens the cluster and the registry elsewhere is that machine's own. */
async function credentialsOf({ site }: OpenSite): Promise<readonly LeftBehind[]> {
  const { keyFile, passwordFile, tokenCommand } = site.credentials.registry ?? {};
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
