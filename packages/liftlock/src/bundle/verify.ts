import { createHash } from 'node:crypto';
import { counted } from '../model/counted.ts';
import { blobPath } from './blob-folder.ts';
import { mediaTypeIn, readManifest } from './image-manifest.ts';
import { bundleFiles, BundleManifest, type BundledImage, type FileSet, type RawManifest } from '../model/bundle.ts';
import { digestOf } from '../model/digest.ts';
import { exitCodes, Problem } from '../model/problem.ts';

/** A bundle all of whose bytes are what its checksums say. */
export interface VerifiedBundle {
  readonly files: FileSet;
  readonly manifest: BundleManifest;
  /** sha256 of checksums.txt. */
  readonly digest: string;
}

/** Bytes of a manifest or checksums file: those of a bundle with thousands of images are smaller. */
const textLimit = 64 * 1024 * 1024;

/**
 * Reads every byte of a bundle before anything of it is used.
 * @throws Problem BUNDLE_INCOMPLETE (something is missing), BUNDLE_ALTERED (something is not what it was made as),
 * BUNDLE_LACKS_HOP; each names the file
 */
export async function verifyBundle(files: FileSet, say: (text: string) => void): Promise<VerifiedBundle> {
  const [link] = files.links.keys();
  if (link !== undefined) throw altered(files, `${link} is a link, and bundles have none`);
  const checksums = await readText(files, bundleFiles.checksums);
  const known = parseChecksums(checksums, files);
  for (const path of files.files.keys())
    if (path !== bundleFiles.checksums && !known.has(path)) throw altered(files, `${path} does not belong to it`);
  const bytes = [...files.files.values()].reduce((sum, size) => sum + size, 0);
  say(`verifying ${counted(known.size, 'file')} (${Math.ceil(bytes / 1_000_000)} MB)`);
  for (const [path, digest] of known) {
    if (!files.files.has(path)) throw incomplete(files, `${path} is missing`);
    if ((await digestOfFile(files, path)) !== digest) throw altered(files, `${path} is not what it was made as`);
    if (path.startsWith('blobs/') && path !== blobPath(digest)) throw altered(files, `${path} has another content`);
  }
  const manifest = await readBundleManifest(files);
  for (const item of [manifest.platform, ...manifest.charts, ...(manifest.helm === undefined ? [] : [manifest.helm])])
    if (known.get(item.path) !== item.digest)
      throw altered(files, `${item.path} is not the one that ${bundleFiles.manifest} names`);
  for (const image of manifest.images) await requireImage(files, image);
  requireHops(manifest, files.place);
  return { files, manifest, digest: digestOf(checksums) };
}

/** `bundle.json`, as it stands: nothing else was read. */
export async function readBundleManifest(files: FileSet): Promise<BundleManifest> {
  const text = await readText(files, bundleFiles.manifest);
  try {
    return BundleManifest.parse(JSON.parse(text));
  } catch (error) {
    throw altered(files, `${bundleFiles.manifest} cannot be read; it may be of a newer liftlock`, error);
  }
}

/** Every manifest of an image, those inside an index first, as they have to be pushed. */
export async function manifestsOf(files: FileSet, image: BundledImage): Promise<readonly RawManifest[]> {
  const top = await manifestOf(files, image.digest, image);
  const read = readManifest(top, image.name);
  if (read.kind === 'image') return [top];
  const inner = await Promise.all(read.manifests.map(({ digest }) => manifestOf(files, digest, image)));
  return [...new Map([...inner, top].map((item) => [item.digest, item])).values()];
}

async function manifestOf(files: FileSet, digest: string, { name, mediaType }: BundledImage): Promise<RawManifest> {
  const path = blobPath(digest);
  if (!files.files.has(path)) throw incomplete(files, `${path}, a manifest of ${name}, is missing`);
  const content = Buffer.from(await readText(files, path));
  return { digest, content, mediaType: mediaTypeIn(content, name) ?? mediaType };
}

async function requireImage(files: FileSet, image: BundledImage): Promise<void> {
  for (const manifest of await manifestsOf(files, image)) {
    const read = readManifest(manifest, image.name);
    if (read.kind === 'index') continue;
    for (const { digest, size } of read.blobs) {
      const found = files.files.get(blobPath(digest));
      if (found === undefined) throw incomplete(files, `a layer of ${image.name} is missing: ${blobPath(digest)}`);
      if (found !== size) throw altered(files, `a layer of ${image.name} has ${found} bytes instead of ${size}`);
    }
  }
}

/** Every hop has a chart of every component. */
function requireHops({ route, charts }: BundleManifest, place: string): void {
  const components = [...new Set(charts.map(({ component }) => component))];
  const lacking = route.flatMap(({ from, to }) =>
    components
      .filter((component) => !charts.some((chart) => chart.component === component && chart.version === to))
      .map((component) => `${from} to ${to}: ${component} ${to}`),
  );
  if (lacking.length === 0) return;
  throw new Problem('BUNDLE_LACKS_HOP', `${place} has no chart for a hop of its route:\n${lacking.join('\n')}`, {
    advice: ['Make the bundle again: liftlock bundle create'],
    exitCode: exitCodes.blocked,
  });
}

function parseChecksums(text: string, files: FileSet): ReadonlyMap<string, string> {
  const known = new Map<string, string>();
  for (const line of text.split('\n').slice(0, -1)) {
    const [, hex = '', path = ''] = /^([0-9a-f]{64}) {2}(.+)$/.exec(line) ?? [];
    if (path === '' || known.has(path)) throw altered(files, `${bundleFiles.checksums} cannot be read`);
    known.set(path, `sha256:${hex}`);
  }
  if (!text.endsWith('\n') || !known.has(bundleFiles.manifest))
    throw altered(files, `${bundleFiles.checksums} is cut off`);
  return known;
}

async function digestOfFile(files: FileSet, path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of files.read(path)) hash.update(chunk);
  return `sha256:${hash.digest('hex')}`;
}

async function readText(files: FileSet, path: string): Promise<string> {
  const size = files.files.get(path);
  if (size === undefined) throw incomplete(files, `${path} is missing`);
  if (size > textLimit) throw altered(files, `${path} has ${size} bytes`);
  const chunks: Uint8Array[] = [];
  for await (const chunk of files.read(path)) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

function incomplete({ place }: FileSet, why: string): Problem {
  return new Problem('BUNDLE_INCOMPLETE', `${place} is no whole bundle: ${why}. Nothing was used of it.`, {
    advice: ['If it is still being made: run bundle create again, it goes on where it was.', 'Else copy it again.'],
    exitCode: exitCodes.blocked,
    details: { place },
  });
}

function altered({ place }: FileSet, why: string, cause?: unknown): Problem {
  return new Problem('BUNDLE_ALTERED', `${place} was changed since it was made: ${why}. Nothing was used of it.`, {
    advice: ['Copy it again from where it was made. If it stays so, find out who has changed it.'],
    exitCode: exitCodes.blocked,
    details: { place },
    cause,
  });
}
