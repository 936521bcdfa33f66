import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { bundleFiles, type Archives, type FileSet } from '../model/bundle.ts';
import type { Platform } from '../model/platform.ts';
import { exitCodes, isProblem, Problem } from '../model/problem.ts';
import { diskFull, isOfDisk } from './disk.ts';
import { imagesInArchive } from './image-archives.ts';
import { layFiles, type FileToLay } from './lay-files.ts';
import type { Loadable } from './load.ts';
import type { HeldImage } from './push-images.ts';

/** What a vendor's archive is unpacked and looked at with. */
export interface VendorParts {
  readonly archives: Archives;
  /** A folder for what is unpacked, on a disk that holds it; it goes when the load ends. */
  readonly folder: string;
  /** What a chart's archive says of itself. Throws CHART_BAD. */
  readChart(file: string): { readonly name: string; readonly version: string };
  /** Throws where the program is no helm of this machine's kind. */
  helmVersion(file: string): Promise<string>;
  say(text: string): void;
}

interface Asked {
  readonly path: string;
  /** The version to go to, where somebody named one. */
  readonly to?: string | undefined;
}

/** Bytes that are left free while an archive is unpacked. */
const reserve = 64 * 1024 * 1024;
/** Bytes after which the disk is looked at again. */
const lookEvery = 64 * 1024 * 1024;

/**
 * A vendor's own archive for closed sites, as it is: charts, a helm, and images as docker or an OCI layout keeps them, wherever
 * they lie in it. Run:ai's is called `runai-air-gapped-VERSION.tar.gz`, or `runai-airgapped-package-VERSION.tar.gz`.
 *
 * @throws Problem BUNDLE_UNREADABLE (damaged, cut off), BUNDLE_WRONG_VERSION, BUNDLE_FOR_OTHER, BUNDLE_DISK_FULL
 */
export async function loadVendorArchive(asked: Asked, platform: Platform, parts: VendorParts): Promise<Loadable> {
  const { archives } = parts;
  const name = basename(asked.path);
  const named = /-(\d+\.\d+\.\d+)\.(?:tar|tar\.gz|tgz)$/.exec(name)?.[1];
  if (asked.to !== undefined && named !== undefined && named !== asked.to) throw wrongVersion(name, named, asked.to);
  await mkdir(parts.folder, { recursive: true, mode: 0o700 });
  const digest = await unpack(await archives.open(asked.path), name, 'content.tar', parts);
  // Where it lies unpacked says nothing to a person, and is gone when the error is read.
  const unpacked = { ...(await archives.open(parts.folder)), place: asked.path };
  const files = await archives.openTar(unpacked, 'content.tar');
  refuseWrapped(files, name);
  const charts = await findCharts(files, platform, parts);
  const [first] = charts;
  if (first === undefined) {
    throw new Problem('BUNDLE_FOR_OTHER', `${name} holds no chart of ${platform.metadata.title}.`, {
      advice: [`It was looked for: ${platform.components.map(chartName).join(', ')}.`],
      exitCode: exitCodes.blocked,
    });
  }
  const wanted = asked.to ?? named ?? first.version;
  const other = charts.find(({ version }) => version !== wanted);
  if (other !== undefined) throw wrongVersion(`${name}, by its ${other.chart.name},`, other.version, wanted);
  return {
    platform: platform.metadata.name,
    digest,
    charts: charts.map(({ chart }) => chart),
    helm: await findHelm(files, parts),
    images: await findImages(files, parts),
  };
}

/** A bundle that somebody has packed once more: taken as a vendor's archive, its checksums and its route would say nothing. */
function refuseWrapped({ files }: FileSet, name: string): void {
  const inside = [...files.keys()].find((path) => basename(path) === bundleFiles.checksums);
  if (inside === undefined || !files.has(join(dirname(inside), bundleFiles.manifest))) return;
  throw new Problem(
    'BUNDLE_UNREADABLE',
    `${name} holds a bundle of liftlock, packed once more. Nothing was used of it.`,
    {
      advice: ['Unpack it, and load the folder or the .tar file that comes out of it.'],
      exitCode: exitCodes.usage,
    },
  );
}

/** Unpacks gzip, or copies what is a plain tar, and returns the digest of what was read. */
async function unpack(from: FileSet, path: string, to: string, parts: VendorParts): Promise<string> {
  const size = from.files.get(path) ?? 0;
  const free = await parts.archives.freeBytes(parts.folder);
  if (size > free) throw diskFull(parts.folder, size, free);
  const hash = createHash('sha256');
  const hashing = new Transform({
    transform(chunk: Uint8Array, _encoding, done) {
      hash.update(chunk);
      done(null, chunk);
    },
  });
  const steps = (await isGzip(from, path)) ? [hashing, createGunzip()] : [hashing];
  parts.say(`unpacking ${path} (${Math.ceil(size / 1_000_000)} MB)`);
  try {
    await pipeline([
      Readable.from(from.read(path)),
      ...steps,
      roomKeeper(parts, Math.max(leastUnpacked, size * mostGrowth)),
      createWriteStream(join(parts.folder, to)),
    ]);
  } catch (error) {
    if (isProblem(error) || isOfDisk(error)) throw error;
    const why = error instanceof Error ? error.message : 'unknown error';
    throw new Problem('BUNDLE_UNREADABLE', `${path} is damaged or cut off: ${why}. Nothing was used of it.`, {
      advice: ['Copy it again, and compare its checksum with the one that the vendor gives.'],
      exitCode: exitCodes.blocked,
      cause: error,
    });
  }
  return `sha256:${hash.digest('hex')}`;
}

async function isGzip(files: FileSet, path: string): Promise<boolean> {
  const start: number[] = [];
  for await (const chunk of files.read(path, 0, 2)) start.push(...chunk);
  return start[0] === 0x1f && start[1] === 0x8b;
}

/** Times that an archive may grow: what is in it, charts and layers of images, is packed already. gzip could make it 1,000. */
const mostGrowth = 50;
/** Bytes that may come out of however little. */
const leastUnpacked = 64 * 1024 * 1024;

/** Nobody knows how much comes out of a gzip before it has come: the disk is looked at on the way, and bombs end here. */
function roomKeeper({ archives, folder }: VendorParts, most: number): Transform {
  let since = 0;
  let whole = 0;
  return new Transform({
    transform(chunk: Uint8Array, _encoding, done) {
      since += chunk.length;
      whole += chunk.length;
      if (whole > most)
        return done(new Error(`more than ${most} bytes come out of it, ${mostGrowth} times what it has`));
      if (since < lookEvery) return done(null, chunk);
      since = 0;
      archives.freeBytes(folder).then(
        (free) => done(free < reserve ? diskFull(folder, reserve, free) : null, chunk),
        (error: unknown) => done(error instanceof Error ? error : new Error(String(error))),
      );
    },
  });
}

function chartName({ chart }: Platform['components'][number]): string {
  return chart.name ?? (chart.oci ?? '').slice((chart.oci ?? '').lastIndexOf('/') + 1);
}

/** Charts of the platform's components, known by their Chart.yaml. */
async function findCharts(files: FileSet, platform: Platform, parts: VendorParts) {
  const wanted = new Set(platform.components.map(chartName));
  const found: { readonly chart: FileToLay; readonly version: string }[] = [];
  for (const path of [...files.files.keys()].filter((item) => item.endsWith('.tgz')).toSorted()) {
    if (![...wanted].some((name) => basename(path).startsWith(`${name}-`))) continue;
    const file = await takeOut(files, path, basename(path), parts);
    const { name, version } = parts.readChart(join(parts.folder, file.name));
    if (!wanted.has(name)) continue;
    const chart = { ...file, name: `${name}-${version}.tgz` };
    const same = found.find((item) => item.chart.name === chart.name);
    if (same === undefined) found.push({ chart, version });
    else if (same.chart.digest !== chart.digest) throw twice(files.place, same.chart, chart);
  }
  return found;
}

function twice(place: string, one: FileToLay, two: FileToLay): Problem {
  const message = `${place}: ${one.path} and ${two.path} both say that they are ${one.name}, and differ. Nothing was used.`;
  return new Problem('CHART_TWICE', message, {
    advice: ["Ask the vendor which one it is, and lay that one into the site's folder of charts yourself."],
    exitCode: exitCodes.blocked,
  });
}

/** The helm of the archive, where it runs on this machine. */
async function findHelm(files: FileSet, parts: VendorParts): Promise<Loadable['helm']> {
  for (const path of [...files.files.keys()].filter((item) => basename(item) === 'helm').toSorted()) {
    const file = await takeOut(files, path, 'helm', parts, true);
    try {
      return { ...file, version: await parts.helmVersion(join(parts.folder, 'helm')) };
    } catch (error) {
      if (!isProblem(error)) throw error;
      parts.say(`${path} is left: ${error.message}`);
    }
  }
  return undefined;
}

async function findImages(files: FileSet, parts: VendorParts): Promise<readonly HeldImage[]> {
  const own = await imagesInArchive(files);
  const images: HeldImage[] = [...(own ?? [])];
  const nested = [...files.files.keys()].filter((path) => /\.tar(\.gz)?$/.test(path)).toSorted();
  for (const [index, path] of own === undefined ? nested.entries() : []) {
    let inside: FileSet;
    if (path.endsWith('.gz')) {
      await unpack(files, path, `nested-${index}.tar`, parts);
      inside = await parts.archives.openTar(await parts.archives.open(parts.folder), `nested-${index}.tar`);
    } else inside = await parts.archives.openTar(files, path);
    const found = await imagesInArchive(inside);
    if (found === undefined) parts.say(`${path} holds no images, and is left`);
    images.push(...(found ?? []));
  }
  return images;
}

/** Copies one file out; its digest is that of what was read. */
async function takeOut(
  files: FileSet,
  path: string,
  name: string,
  { folder }: VendorParts,
  isProgram = false,
): Promise<FileToLay> {
  const hash = createHash('sha256');
  for await (const chunk of files.read(path)) hash.update(chunk);
  const file: FileToLay = { from: files, path, name, digest: `sha256:${hash.digest('hex')}`, isProgram };
  await layFiles(folder, [file]);
  return file;
}

function wrongVersion(name: string, found: string, wanted: string): Problem {
  return new Problem('BUNDLE_WRONG_VERSION', `${name} is of version ${found}, and ${wanted} is wanted.`, {
    advice: [`Ask the vendor for the archive of ${wanted}, or go to ${found}: --to ${found}`],
    exitCode: exitCodes.blocked,
  });
}
