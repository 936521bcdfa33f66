import type { Archives, Blob, BundledImage, ImageRegistry, ImageRepository, RawManifest } from '../model/bundle.ts';
import { counted } from '../model/counted.ts';
import { exitCodes, isProblem, Problem } from '../model/problem.ts';
import type { BlobFolder } from './blob-folder.ts';
import { diskFull, inMegabytes, isOfDisk } from './disk.ts';
import { distinct, readManifest, withPlatforms } from './image-manifest.ts';
import { sideBySide } from './side-by-side.ts';
import { digestOf } from '../model/digest.ts';

/** One image that the charts of a route render. */
export interface WantedImage {
  /** As the pods ask for it. */
  readonly name: string;
  /** Where it is pulled from. */
  readonly source: string;
  /** `COMPONENT VERSION`. */
  readonly usedBy: readonly string[];
}

/** An image's name taken apart; the tag or digest is the reference. */
export type PlaceOf = (image: string) => ImageRepository & { readonly reference: string };

export interface FetchParts {
  readonly registry: ImageRegistry;
  readonly placeOf: PlaceOf;
  readonly blobs: BlobFolder;
  readonly freeBytes: Archives['freeBytes'];
  readonly folder: string;
  /** `all`, or such as `linux/amd64`. */
  readonly platforms: 'all' | readonly string[];
  /** How many times the bytes are needed: twice where they are packed into one file afterwards. */
  readonly copies: number;
  say(text: string): void;
}

export interface FetchedImages {
  readonly images: readonly BundledImage[];
  /** Config, layers and manifests, each once. */
  readonly blobs: readonly Blob[];
}

interface FoundImage {
  readonly image: BundledImage;
  readonly manifests: readonly RawManifest[];
  readonly blobs: readonly (Blob & { readonly from: ImageRepository })[];
}

const requests = 4;
/** How often a transfer that broke off is taken up again. */
const attempts = 5;

/**
 * Fetches images into an image layout: what lies there already is not asked for again.
 * @throws Problem BUNDLE_IMAGE_MISSING with every image that no registry has, and what runs it; BUNDLE_DISK_FULL before the
 * first layer
 */
export async function fetchImages(wanted: readonly WantedImage[], parts: FetchParts): Promise<FetchedImages> {
  const found = new Map<string, FoundImage>();
  const missing: WantedImage[] = [];
  await sideBySide(wanted, requests, async (item) => {
    const image = await findImage(item, parts);
    if (image === undefined) missing.push(item);
    else found.set(item.name, image);
  });
  if (missing.length > 0) throw notThere(missing);
  const all = wanted.flatMap(({ name }) => found.get(name) ?? []);
  const manifests = [...new Map(all.flatMap((item) => item.manifests).map((item) => [item.digest, item])).values()];
  const layers = distinct(all.flatMap((item) => item.blobs));
  const open = layers.filter((blob) => !parts.blobs.has(blob));
  await requireRoom(open, layers, parts);
  const bytes = open.reduce((sum, { size }) => sum + size, 0);
  parts.say(
    `${counted(all.length, 'image')}: ${counted(layers.length, 'blob')}, ${open.length} of them to fetch (${inMegabytes(bytes)})`,
  );
  await sideBySide(open, requests, (blob) => fetchBlob(blob, parts));
  for (const { content, digest } of manifests) await parts.blobs.put(content, digest);
  const kept = manifests.map(({ digest, content }) => ({ digest, size: content.length }));
  return { images: all.map(({ image }) => image), blobs: distinct([...kept, ...layers]) };
}

async function findImage(wanted: WantedImage, { registry, placeOf, platforms }: FetchParts) {
  const { reference, ...from } = placeOf(wanted.source);
  const top = await registry.manifest(from, reference);
  if (top === undefined) return undefined;
  const chosen = reference.startsWith('sha256:') ? top : choose(top, wanted.source, platforms);
  const manifests: RawManifest[] = [chosen];
  const blobs: Blob[] = [];
  const names: string[] = [];
  const read = readManifest(chosen, wanted.source);
  if (read.kind === 'image') blobs.push(...read.blobs);
  else {
    for (const entry of read.manifests) {
      const inner = await registry.manifest(from, entry.digest);
      if (inner === undefined) return undefined;
      const image = readManifest(inner, wanted.source);
      if (image.kind === 'image') blobs.push(...image.blobs);
      manifests.push(inner);
      if (entry.platform !== '' && !entry.isAttestation) names.push(entry.platform);
    }
  }
  const { digest, mediaType, content } = chosen;
  const image: BundledImage = {
    name: wanted.name,
    source: wanted.source,
    digest,
    mediaType,
    size: content.length,
    platforms: [...new Set(names)].toSorted(),
    usedBy: [...wanted.usedBy].toSorted(),
  };
  return { image, manifests, blobs: distinct(blobs).map((blob) => ({ ...blob, from })) };
}

/** What is pinned by a digest stays whole: an index without some of its manifests has another. */
function choose(top: RawManifest, image: string, platforms: FetchParts['platforms']): RawManifest {
  if (platforms === 'all' || readManifest(top, image).kind === 'image') return top;
  const content = withPlatforms(top.content, platforms);
  if (content === undefined) {
    throw new Problem('BUNDLE_IMAGE_MISSING', `The image ${image} does not come for ${platforms.join(' or ')}.`, {
      advice: ['Name the platforms of your nodes with --platforms, or take all.'],
      exitCode: exitCodes.blocked,
    });
  }
  return { ...top, content, digest: digestOf(content) };
}

async function fetchBlob(blob: Blob & { readonly from: ImageRepository }, { registry, blobs }: FetchParts) {
  const subject = `${blob.from.host}/${blob.from.path}@${blob.digest}`;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await blobs.fetch(blob, subject, (start) => registry.blob(blob.from, blob, start));
    } catch (error) {
      if (isProblem(error) || isOfDisk(error)) throw error;
      if (attempt < attempts) continue;
      throw new Problem('REGISTRY_UNREACHABLE', `${subject}: the transfer broke off ${attempt} times.`, {
        advice: ['Run the same command again: what has come is kept, down to the last byte.'],
        exitCode: exitCodes.blocked,
        cause: error,
      });
    }
  }
}

async function requireRoom(open: readonly Blob[], layers: readonly Blob[], parts: FetchParts): Promise<void> {
  const sum = (blobs: readonly Blob[]) => blobs.reduce((total, { size }) => total + size, 0);
  const needed = sum(open) + (parts.copies - 1) * sum(layers);
  const free = await parts.freeBytes(parts.folder);
  if (needed > free) throw diskFull(parts.folder, needed, free);
}

function notThere(missing: readonly WantedImage[]): Problem {
  const lines = missing
    .map(({ source, usedBy }) => `${source} (${usedBy.join(', ')})`)
    .toSorted((a, b) => a.localeCompare(b, 'en'));
  return new Problem('BUNDLE_IMAGE_MISSING', `No registry has these images of the route:\n${lines.join('\n')}`, {
    advice: [
      'Look at the names: they come from the charts and from your values.',
      'Where your values name your own registry: say what it stands in for, --image-source OWN=VENDOR.',
    ],
    exitCode: exitCodes.blocked,
    details: { images: missing.map(({ source }) => source) },
  });
}
