import type { Blob, ImageRegistry, ImageRepository, RawManifest } from '../model/bundle.ts';
import { exitCodes, Problem } from '../model/problem.ts';
import { distinct, readManifest } from './image-manifest.ts';
import { sideBySide } from './side-by-side.ts';

/** An image that lies in a bundle or a vendor's archive. */
export interface HeldImage {
  readonly name: string;
  /** Those inside an index first, the image's own last. */
  readonly manifests: readonly RawManifest[];
  read(digest: string, start: number, end: number): AsyncIterable<Uint8Array>;
}

/** Where an image goes. */
export type Target = (image: string) => ImageRepository & { readonly reference: string };

export interface PushParts {
  readonly registry: ImageRegistry;
  readonly targetOf: Target;
  say(text: string): void;
}

export interface Pushed {
  /** `HOST/PATH:TAG` of every image. */
  readonly images: readonly string[];
  /** Images that the registry had already. */
  readonly known: number;
  readonly blobsSent: number;
  readonly blobsMounted: number;
}

const requests = 4;

/**
 * Pushes images to a registry, each with its name below the registry's address. What is there already is not sent again, and a
 * layer that another image brought is taken over from there: the same call twice sends nothing.
 * @throws Problem BUNDLE_NAMES_COLLIDE before anything is sent
 */
export async function pushImages(images: readonly HeldImage[], parts: PushParts): Promise<Pushed> {
  const { registry, targetOf, say } = parts;
  requireOwnNames(images, targetOf);
  /** Paths of the registry that are known to hold a blob. */
  const held = new Map<string, string>();
  const count = { known: 0, sent: 0, mounted: 0 };
  const names: string[] = [];
  for (const image of images) {
    const { reference, ...repository } = targetOf(image.name);
    const top = image.manifests.at(-1);
    if (top === undefined) continue;
    names.push(nameOf(repository, reference));
    const blobs = distinct(image.manifests.flatMap((manifest) => blobsOf(manifest, image.name)));
    const there = await registry.manifest(repository, reference);
    if (there?.digest === top.digest) {
      count.known += 1;
      for (const { digest } of blobs) held.set(digest, repository.path);
      continue;
    }
    say(
      `${nameOf(repository, reference)}${there === undefined ? '' : ': another image had this tag, and is replaced'}`,
    );
    await sideBySide(blobs, requests, async (blob) => {
      if (!(await registry.hasBlob(repository, blob.digest))) {
        const read = (start: number, end: number) => image.read(blob.digest, start, end);
        const how = await registry.sendBlob(repository, blob, read, held.get(blob.digest));
        count[how] += 1;
      }
      held.set(blob.digest, repository.path);
    });
    for (const manifest of image.manifests.slice(0, -1))
      await registry.sendManifest(repository, manifest.digest, manifest);
    await registry.sendManifest(repository, reference, top);
  }
  return { images: names, known: count.known, blobsSent: count.sent, blobsMounted: count.mounted };
}

/** Below one registry the host of a name is gone: two images that differ in it alone would become one, and pods run the wrong one. */
function requireOwnNames(images: readonly HeldImage[], targetOf: Target): void {
  const taken = new Map<string, { readonly name: string; readonly digest: string }>();
  for (const { name, manifests } of images) {
    const { reference, ...repository } = targetOf(name);
    const target = nameOf(repository, reference);
    const digest = manifests.at(-1)?.digest ?? '';
    const other = taken.get(target);
    if (other !== undefined && other.digest !== digest) throw collision(target, [other.name, name]);
    taken.set(target, { name, digest });
  }
}

function collision(target: string, [one, two]: readonly [string, string]): Problem {
  const which = one === two ? `It holds ${one} twice, and they differ` : `${one} and ${two} differ`;
  return new Problem('BUNDLE_NAMES_COLLIDE', `${which}, and both would become ${target}. Nothing was pushed.`, {
    advice: [
      'Push one of them yourself, under a path of its own, and name it so in your values.',
      'Then load without images: --no-images, or make the bundle again with those values.',
    ],
    exitCode: exitCodes.blocked,
    details: { target, images: [one, two] },
  });
}

function blobsOf(manifest: RawManifest, image: string): readonly Blob[] {
  const read = readManifest(manifest, image);
  return read.kind === 'image' ? read.blobs : [];
}

function nameOf({ host, path }: ImageRepository, reference: string): string {
  return `${host}/${path}${reference.startsWith('sha256:') ? '@' : ':'}${reference}`;
}
