import { createHash } from 'node:crypto';
import { createGunzip } from 'node:zlib';
import { Readable } from 'node:stream';
import { posix } from 'node:path';
import type { BundledImage, FileSet, RawManifest } from '../model/bundle.ts';
import { digestOf } from '../model/digest.ts';
import { jsonAt, type Json } from '../model/json.ts';
import { exitCodes, Problem } from '../model/problem.ts';
import { blobPath } from './blob-folder.ts';
import type { HeldImage } from './push-images.ts';
import { manifestsOf } from './verify.ts';

/** Bytes of a text in an archive of images. */
const textLimit = 16 * 1024 * 1024;
const manifestType = 'application/vnd.oci.image.manifest.v1+json';

/**
 * The images of a tar archive as `docker save` writes them (manifest.json), or of an OCI image layout; undefined where it is
 * neither. Every layer is verified: by its digest, or by the one that the image's config has of it.
 * Sources: https://github.com/moby/docker-image-spec, https://github.com/opencontainers/image-spec/blob/main/image-layout.md
 *
 * @throws Problem BUNDLE_ALTERED, naming the image
 */
export async function imagesInArchive(files: FileSet): Promise<readonly HeldImage[] | undefined> {
  if (files.files.has('oci-layout') && files.files.has('index.json')) return layoutImages(files);
  if (files.files.has('manifest.json')) return dockerImages(files);
  return undefined;
}

async function layoutImages(files: FileSet): Promise<readonly HeldImage[]> {
  for (const path of files.files.keys()) {
    if (!path.startsWith('blobs/sha256/')) continue;
    if (blobPath(await digestIn(files, path)) !== path) throw altered(files, path);
  }
  const entries = jsonAt(await readJson(files, 'index.json'), ['manifests']);
  const named = (Array.isArray(entries) ? (entries as readonly Json[]) : []).flatMap((entry) => {
    const name =
      jsonAt(entry, ['annotations', 'io.containerd.image.name']) ??
      jsonAt(entry, ['annotations', 'org.opencontainers.image.ref.name']);
    const [digest, mediaType] = [jsonAt(entry, ['digest']), jsonAt(entry, ['mediaType'])];
    const isNamed = typeof name === 'string' && name.includes('/');
    const type = typeof mediaType === 'string' ? mediaType : manifestType;
    return isNamed && typeof digest === 'string' ? [{ name, digest, mediaType: type }] : [];
  });
  return Promise.all(
    named.map(async ({ name, digest, mediaType }): Promise<HeldImage> => {
      const image: BundledImage = { name, source: name, digest, mediaType, size: 0, platforms: [], usedBy: [] };
      const read = (blob: string, start: number, end: number) => files.read(blobPath(blob), start, end);
      return { name, manifests: await manifestsOf(files, image), read };
    }),
  );
}

async function dockerImages(files: FileSet): Promise<readonly HeldImage[]> {
  const list = await readJson(files, 'manifest.json');
  const images: HeldImage[] = [];
  for (const item of Array.isArray(list) ? (list as readonly Json[]) : []) {
    const tags = texts(jsonAt(item, ['RepoTags']));
    if (tags.length === 0) continue;
    const { manifest, places } = await dockerImage(files, item, tags.join(', '));
    const read = (digest: string, start: number, end: number) => files.read(places.get(digest) ?? '', start, end);
    images.push(...tags.map((name) => ({ name, manifests: [manifest], read })));
  }
  return images;
}

/** A manifest for what `docker save` keeps without one, and where its blobs lie. */
async function dockerImage(files: FileSet, item: Json, name: string) {
  const configPath = texts([jsonAt(item, ['Config']) ?? null])[0] ?? '';
  const config = await readText(files, configPath);
  const wanted = texts(jsonAt(JSON.parse(config.toString('utf8')) as Json, ['rootfs', 'diff_ids']));
  const paths = texts(jsonAt(item, ['Layers'])).map((path) => resolveLink(files, path));
  if (paths.length !== wanted.length) throw altered(files, name);
  const places = new Map([[digestOf(config), configPath]]);
  const layers: object[] = [];
  for (const [index, path] of paths.entries()) {
    const digest = await digestIn(files, path);
    const isPacked = digest !== wanted[index];
    if (isPacked && (await unpackedDigest(files, path)) !== wanted[index]) throw altered(files, `${name}, ${path}`);
    places.set(digest, path);
    const mediaType = `application/vnd.oci.image.layer.v1.tar${isPacked ? '+gzip' : ''}`;
    layers.push({ mediaType, digest, size: files.files.get(path) ?? 0 });
  }
  const content = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: manifestType,
      config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: digestOf(config), size: config.length },
      layers,
    }),
  );
  const manifest: RawManifest = { digest: digestOf(content), mediaType: manifestType, content };
  return { manifest, places };
}

/** Older versions of docker keep a layer that two images share once, and link to it. */
function resolveLink(files: FileSet, path: string): string {
  const target = files.links.get(path);
  if (target === undefined) return path;
  return files.files.has(target) ? target : posix.normalize(posix.join(posix.dirname(path), target));
}

async function digestIn(files: FileSet, path: string): Promise<string> {
  if (!files.files.has(path)) throw altered(files, `${path}, which is missing`);
  return hashOf(files.read(path));
}

async function unpackedDigest(files: FileSet, path: string): Promise<string | undefined> {
  try {
    return await hashOf(Readable.from(files.read(path)).pipe(createGunzip()));
  } catch {
    return undefined;
  }
}

async function hashOf(content: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of content) hash.update(chunk);
  return `sha256:${hash.digest('hex')}`;
}

async function readJson(files: FileSet, path: string): Promise<Json> {
  const text = (await readText(files, path)).toString('utf8');
  try {
    return JSON.parse(text) as Json;
  } catch {
    throw altered(files, path);
  }
}

async function readText(files: FileSet, path: string): Promise<Buffer> {
  const size = files.files.get(path);
  if (size === undefined || size > textLimit) throw altered(files, path);
  const chunks: Uint8Array[] = [];
  for await (const chunk of files.read(path)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function texts(value: Json | undefined): readonly string[] {
  const list = Array.isArray(value) ? (value as readonly Json[]) : [];
  return list.filter((item) => typeof item === 'string');
}

function altered({ place }: FileSet, what: string): Problem {
  return new Problem('BUNDLE_ALTERED', `${place} is damaged: ${what} is not what the archive says of it.`, {
    advice: ['Copy the archive again, and compare its checksum with the one that the vendor gives.'],
    exitCode: exitCodes.blocked,
    details: { place },
  });
}
