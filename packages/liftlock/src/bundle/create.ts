import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { copyFile, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  bundleFiles,
  type Archives,
  type Blob,
  type BundledChart,
  type BundledImage,
  type BundleManifest,
  type ImageRegistry,
} from '../model/bundle.ts';
import { counted } from '../model/counted.ts';
import { digestOf } from '../model/digest.ts';
import { exitCodes, Problem } from '../model/problem.ts';
import { blobPath, openBlobFolder } from './blob-folder.ts';
import { fetchImages, type PlaceOf, type WantedImage } from './fetch-images.ts';

/** What is to go into a bundle. */
export interface BundleContent {
  readonly platform: { readonly name: string; readonly title: string };
  /** Text of the definition. */
  readonly definition: string;
  readonly route: readonly { readonly from: string; readonly to: string }[];
  /** See BundleManifest. */
  readonly published?: readonly string[] | undefined;
  /** Archives as they were pulled; `file` is a path on this machine. */
  readonly charts: readonly (Omit<BundledChart, 'path' | 'digest' | 'size'> & { readonly file: string })[];
  readonly images: readonly WantedImage[];
  readonly helm?: { readonly version: string; readonly platform: string; readonly file: string } | undefined;
}

export interface CreateParts {
  /** A folder, or a file that ends in .tar. */
  readonly out: string;
  readonly platforms: 'all' | readonly string[];
  readonly registry: ImageRegistry;
  readonly placeOf: PlaceOf;
  readonly archives: Archives;
  say(text: string): void;
}

export interface CreatedBundle {
  readonly manifest: BundleManifest;
  /** sha256 of checksums.txt: names everything in the bundle. */
  readonly digest: string;
}

interface Written extends Blob {
  readonly path: string;
}

/**
 * Makes a bundle: one image layout with charts, helm and the definition beside it. Its content depends on what goes in
 * alone. A second call goes on where the first was interrupted.
 */
export async function createBundle(content: BundleContent, parts: CreateParts): Promise<CreatedBundle> {
  const isTar = parts.out.endsWith('.tar');
  const folder = isTar ? `${parts.out}.folder` : parts.out;
  await prepare(folder);
  const fetched = await fetchImages(content.images, {
    ...parts,
    folder,
    blobs: openBlobFolder(folder),
    freeBytes: parts.archives.freeBytes,
    copies: isTar ? 2 : 1,
  });
  const definition = await keepText(folder, 'definition/platform.yaml', content.definition);
  const helm =
    content.helm === undefined
      ? undefined
      : await keepFile(folder, `helm/${content.helm.platform}/helm`, content.helm.file);
  const charts: BundledChart[] = [];
  for (const { file, ...chart } of content.charts)
    charts.push({ ...chart, ...(await keepFile(folder, `charts/${chart.name}-${chart.version}.tgz`, file)) });
  const manifest: BundleManifest = {
    apiVersion: 'liftlock.dev/v1alpha1',
    kind: 'Bundle',
    platform: { ...content.platform, ...definition },
    route: [...content.route],
    ...(content.published === undefined ? {} : { published: [...content.published] }),
    charts,
    images: [...fetched.images],
    ...(helm === undefined || content.helm === undefined
      ? {}
      : { helm: { version: content.helm.version, platform: content.helm.platform, ...helm } }),
    blobs: { count: fetched.blobs.length, size: fetched.blobs.reduce((sum, { size }) => sum + size, 0) },
  };
  const blobs = fetched.blobs.map((blob) => ({ ...blob, path: blobPath(blob.digest) }));
  const files = [
    ...[definition, ...charts, ...blobs, ...(helm === undefined ? [] : [helm])].map(({ path, digest, size }) => ({
      path,
      digest,
      size,
    })),
    await keepText(folder, bundleFiles.layout, '{"imageLayoutVersion":"1.0.0"}'),
    await keepText(folder, bundleFiles.index, `${JSON.stringify(layoutIndex(fetched.images), undefined, 2)}\n`),
    await keepText(folder, bundleFiles.manifest, `${JSON.stringify(manifest, undefined, 2)}\n`),
  ];
  const digest = await seal(folder, files);
  if (isTar) await pack(folder, [...new Set(files.map(({ path }) => path)), bundleFiles.checksums], parts);
  return { manifest, digest };
}

/** A folder that holds something else is left alone. An unfinished bundle is known by its missing checksums. */
async function prepare(folder: string): Promise<void> {
  const there = existsSync(folder) ? await readdir(folder) : [];
  if (there.length > 0 && !there.includes(bundleFiles.layout)) {
    throw new Problem('BUNDLE_FOLDER_TAKEN', `${folder} holds something else than a bundle.`, {
      advice: ['Name another folder, or a file that ends in .tar, with --out.'],
      exitCode: exitCodes.usage,
    });
  }
  await mkdir(folder, { recursive: true });
  await rm(join(folder, bundleFiles.checksums), { force: true });
  await keepText(folder, bundleFiles.layout, '{"imageLayoutVersion":"1.0.0"}');
}

/** https://github.com/opencontainers/image-spec/blob/main/image-layout.md: tools such as crane and skopeo read it. */
function layoutIndex(images: readonly BundledImage[]): object {
  return {
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.index.v1+json',
    manifests: images.map(({ name, digest, mediaType, size }) => ({
      mediaType,
      digest,
      size,
      annotations: { 'org.opencontainers.image.ref.name': name },
    })),
  };
}

async function keepText(folder: string, path: string, text: string): Promise<Written> {
  const file = join(folder, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(`${file}.part`, text);
  await rename(`${file}.part`, file);
  return { path, digest: digestOf(text), size: Buffer.byteLength(text) };
}

async function keepFile(folder: string, path: string, from: string): Promise<Written> {
  const file = join(folder, path);
  await mkdir(dirname(file), { recursive: true });
  await copyFile(from, `${file}.part`);
  await rename(`${file}.part`, file);
  const hash = createHash('sha256');
  let size = 0;
  for await (const chunk of createReadStream(file) as AsyncIterable<Uint8Array>) {
    hash.update(chunk);
    size += chunk.length;
  }
  return { path, digest: `sha256:${hash.digest('hex')}`, size };
}

/** Writes the checksums, as `sha256sum -c` reads them, last of all; what an earlier attempt has left over goes. */
async function seal(folder: string, files: readonly Written[]): Promise<string> {
  const known = new Map(files.map(({ path, digest }) => [path, digest]));
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    const path = join(entry.parentPath, entry.name).slice(folder.length + 1);
    if (!entry.isDirectory() && !known.has(path) && own.test(path)) await rm(join(folder, path));
  }
  const lines = [...known]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([path, digest]) => `${digest.slice(7)}  ${path}\n`);
  return (await keepText(folder, bundleFiles.checksums, lines.join(''))).digest;
}

/** Files that nobody but this program lays there. */
const own = /^(blobs\/sha256\/[0-9a-f]{64}(\.part)?|charts\/[^/]+\.tgz(\.part)?|helm\/[^/]+\/helm(\.part)?)$/;

async function pack(folder: string, paths: readonly string[], { archives, out, say }: CreateParts): Promise<void> {
  say(`packing ${counted(paths.length, 'file')} into ${out}`);
  await archives.pack(folder, paths, `${out}.part`);
  await rename(`${out}.part`, out);
  await rm(folder, { recursive: true, force: true });
}
