import { mkdir } from 'node:fs/promises';
import {
  type Archives,
  type BundleManifest,
  type FileSet,
  type ImageRegistry,
  type LoadedBundle,
} from '../model/bundle.ts';
import { exitCodes, Problem } from '../model/problem.ts';
import { blobPath } from './blob-folder.ts';
import { diskFull, onDisk } from './disk.ts';
import { layFiles, writeReceipt, type FileToLay } from './lay-files.ts';
import { pushImages, type HeldImage, type Pushed, type Target } from './push-images.ts';
import { manifestsOf, type VerifiedBundle } from './verify.ts';

/** What the closed side wants of a bundle. */
export interface LoadWish {
  readonly platform: string;
  /** The version to go to, where somebody named one. */
  readonly target?: string | undefined;
  /** The version that is installed, where it is known. */
  readonly installed?: string | undefined;
}

export interface LoadParts {
  /** The folder for charts and helm. */
  readonly folder: string;
  /** Undefined where images are not to be pushed: the nodes have them otherwise. */
  readonly registry?: { readonly images: ImageRegistry; readonly targetOf: Target; readonly name: string } | undefined;
  readonly archives: Archives;
  say(text: string): void;
}

/** Content that was verified and may be loaded. */
export interface Loadable {
  readonly platform: string;
  /** Of the bundle's checksums, or of the vendor's archive. */
  readonly digest: string;
  readonly charts: readonly FileToLay[];
  /** See BundleManifest. */
  readonly published?: readonly string[] | undefined;
  readonly helm?: (FileToLay & { readonly version: string }) | undefined;
  readonly images: readonly HeldImage[];
}

export interface Loaded {
  readonly folder: string;
  readonly charts: readonly string[];
  /** Path of the helm that came along. */
  readonly helm?: string | undefined;
  readonly pushed?: Pushed | undefined;
}

/**
 * Whether a bundle is for this site.
 * @throws Problem BUNDLE_FOR_OTHER, BUNDLE_WRONG_VERSION, BUNDLE_LACKS_HOP
 */
export function requireFit(manifest: BundleManifest, wish: LoadWish): void {
  const { route, platform } = manifest;
  const way = [route[0]?.from, ...route.map(({ to }) => to)].join(' -> ');
  if (platform.name !== wish.platform) {
    throw new Problem('BUNDLE_FOR_OTHER', `The bundle is for ${platform.name}, and this site is ${wish.platform}.`, {
      advice: ['Name the platform or the site file that it is for.'],
      exitCode: exitCodes.blocked,
    });
  }
  if (wish.target !== undefined && !route.some(({ to }) => to === wish.target)) {
    throw new Problem('BUNDLE_WRONG_VERSION', `The bundle goes ${way}; it has nothing for ${wish.target}.`, {
      advice: [`liftlock bundle create --to ${wish.target}`, `Or go where it leads: --to ${route.at(-1)?.to ?? ''}`],
      exitCode: exitCodes.blocked,
    });
  }
  if (wish.installed === undefined) return;
  const known = new Set(route.flatMap(({ from, to }) => [from, to]));
  if (known.has(wish.installed)) return;
  throw new Problem(
    'BUNDLE_LACKS_HOP',
    `The bundle goes ${way}, and ${wish.installed} is installed: it has no hop that begins there.`,
    {
      advice: [`On the connected side: liftlock bundle create --from ${wish.installed} --to ${route.at(-1)?.to ?? ''}`],
      exitCode: exitCodes.blocked,
    },
  );
}

/**
 * What a verified bundle brings.
 * @param helmOf as `linux-amd64`: a helm of another kind of machine is left
 */
export async function contentOf({ files, manifest, digest }: VerifiedBundle, helmOf: string): Promise<Loadable> {
  const { charts } = manifest;
  const helm = manifest.helm?.platform === helmOf ? manifest.helm : undefined;
  const images: HeldImage[] = [];
  const read = (blob: string, start: number, end: number) => files.read(blobPath(blob), start, end);
  // One after the other: thousands of small files opened at once are more than a process may open.
  for (const image of manifest.images)
    images.push({ name: image.name, manifests: await manifestsOf(files, image), read });
  return {
    platform: manifest.platform.name,
    digest,
    charts: charts.map(({ path, digest: own, name, version }) => fileOf(files, path, `${name}-${version}.tgz`, own)),
    ...(manifest.published === undefined ? {} : { published: manifest.published }),
    ...(helm === undefined
      ? {}
      : { helm: { ...fileOf(files, helm.path, 'helm', helm.digest), isProgram: true, version: helm.version } }),
    images,
  };
}

function fileOf(from: FileSet, path: string, name: string, digest: string): FileToLay {
  return { from, path, name, digest };
}

/** Pushes the images, lays charts and helm into the folder, and leaves a receipt there, last. */
export async function load(content: Loadable, parts: LoadParts): Promise<Loaded> {
  const laid = [...content.charts, ...(content.helm === undefined ? [] : [content.helm])];
  const needed = laid.reduce((sum, { from, path }) => sum + (from.files.get(path) ?? 0), 0);
  const free = await parts.archives.freeBytes(parts.folder);
  if (needed > free) throw diskFull(parts.folder, needed, free);
  // A folder that cannot be had is known before gigabytes are sent.
  await onDisk(parts.folder, () => mkdir(parts.folder, { recursive: true }));
  const { registry } = parts;
  const pushed =
    registry === undefined
      ? undefined
      : await pushImages(content.images, { registry: registry.images, targetOf: registry.targetOf, say: parts.say });
  await onDisk(parts.folder, () => layFiles(parts.folder, laid));
  const receipt: LoadedBundle = {
    apiVersion: 'liftlock.dev/v1alpha1',
    kind: 'LoadedBundle',
    platform: content.platform,
    bundle: content.digest,
    ...(registry === undefined ? {} : { registry: registry.name }),
    charts: content.charts.map(({ name, digest }) => ({ file: name, digest })),
    ...(content.published === undefined ? {} : { published: [...content.published] }),
    ...(content.helm === undefined
      ? {}
      : { helm: { file: content.helm.name, version: content.helm.version, digest: content.helm.digest } }),
  };
  await writeReceipt(parts.folder, receipt);
  return {
    folder: parts.folder,
    charts: content.charts.map(({ name }) => name),
    ...(content.helm === undefined ? {} : { helm: `${parts.folder}/${content.helm.name}` }),
    ...(pushed === undefined ? {} : { pushed }),
  };
}
