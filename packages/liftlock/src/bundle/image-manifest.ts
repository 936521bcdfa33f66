import type { Blob, RawManifest } from '../model/bundle.ts';
import { isJsonObject, jsonAt, type Json, type JsonObject } from '../model/json.ts';
import { exitCodes, Problem } from '../model/problem.ts';

/** A manifest inside an index. */
export interface PlatformManifest extends Blob {
  /** As `linux/arm64` or `linux/arm/v7`; empty where the index does not say. */
  readonly platform: string;
  /** An attestation of another manifest, which nobody runs. */
  readonly isAttestation: boolean;
}

/** What a manifest refers to: an index to manifests, an image to its config and layers. */
export type ImageManifest =
  | { readonly kind: 'index'; readonly manifests: readonly PlatformManifest[] }
  | { readonly kind: 'image'; readonly config: Blob; readonly blobs: readonly Blob[] };

/** Manifests inside one image at most: real indexes have a few dozen. */
const mostEntries = 500;

/**
 * Reads a manifest of OCI or Docker's second schema.
 * @throws Problem IMAGE_BAD (exit 3), naming the image
 */
export function readManifest({ content }: Pick<RawManifest, 'content'>, image: string): ImageManifest {
  const value = parse(content);
  if (value === undefined) throw bad(image, 'its manifest is no JSON');
  if (value['schemaVersion'] !== 2) throw bad(image, 'its manifest is of a schema that is out of use; push it anew');
  const manifests = value['manifests'];
  if (Array.isArray(manifests)) {
    if (manifests.length > mostEntries) throw bad(image, `its index has ${manifests.length} entries`);
    return { kind: 'index', manifests: (manifests as readonly Json[]).map((item) => entryOf(item, image)) };
  }
  const layers = value['layers'];
  if (!Array.isArray(layers) || layers.length > mostEntries) throw bad(image, 'its manifest has no list of layers');
  const config = blobOf(value['config'], image);
  // Layers that may not be passed on are pulled by the nodes from where their address says.
  const own = (layers as readonly Json[]).filter((layer) => !isForeign(layer)).map((layer) => blobOf(layer, image));
  return { kind: 'image', config, blobs: distinct([config, ...own]) };
}

/**
 * An index with the manifests of some platforms only; undefined where it has none of them. Its digest is another.
 * @param platforms as `linux/amd64`; a variant (`linux/arm/v7`) may be left out
 */
export function withPlatforms(content: Buffer, platforms: readonly string[]): Buffer | undefined {
  const value = parse(content) ?? {};
  const entries = Array.isArray(value['manifests']) ? (value['manifests'] as readonly Json[]) : [];
  const kept = entries.filter((entry) => {
    const platform = platformOf(entry);
    return platforms.some((wanted) => platform === wanted || platform.startsWith(`${wanted}/`));
  });
  return kept.length === 0 ? undefined : Buffer.from(JSON.stringify({ ...value, manifests: [...kept] }));
}

/** What a manifest calls itself; one of OCI's need not. Throws IMAGE_BAD. */
export function mediaTypeIn(content: Buffer, image: string): string | undefined {
  const value = parse(content);
  if (value === undefined) throw bad(image, 'its manifest is no JSON');
  return typeof value['mediaType'] === 'string' ? value['mediaType'] : undefined;
}

/** Each blob once, by digest. */
export function distinct<T extends Blob>(blobs: readonly T[]): readonly T[] {
  return [...new Map(blobs.map((blob) => [blob.digest, blob])).values()];
}

function entryOf(value: Json, image: string): PlatformManifest {
  const isAttestation = jsonAt(value, ['annotations', 'vnd.docker.reference.type']) === 'attestation-manifest';
  return { ...blobOf(value, image), platform: platformOf(value), isAttestation };
}

function platformOf(entry: Json): string {
  const parts = ['os', 'architecture', 'variant'].flatMap((key) => {
    const part = jsonAt(entry, ['platform', key]);
    return typeof part === 'string' && part !== '' ? [part] : [];
  });
  const text = parts.join('/');
  return text === 'unknown/unknown' ? '' : text;
}

function blobOf(value: Json | undefined, image: string): Blob {
  const [digest, size] = [jsonAt(value, ['digest']), jsonAt(value, ['size'])];
  if (typeof digest !== 'string' || !/^sha256:[0-9a-f]{64}$/.test(digest))
    throw bad(image, 'a part of it has no sha256 digest');
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) throw bad(image, 'a part of it has no size');
  return { digest, size };
}

function isForeign(layer: Json): boolean {
  const mediaType = jsonAt(layer, ['mediaType']);
  return typeof mediaType === 'string' && /foreign|nondistributable/.test(mediaType);
}

function parse(content: Buffer): JsonObject | undefined {
  try {
    const value = JSON.parse(content.toString('utf8')) as Json;
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function bad(image: string, why: string): Problem {
  return new Problem('IMAGE_BAD', `The image ${image} cannot be copied: ${why}.`, {
    advice: ['Ask who made the image.'],
    exitCode: exitCodes.blocked,
    details: { image },
  });
}
