import { z } from 'zod';

const Digest = z.string().regex(/^sha256:[0-9a-f]{64}$/, 'sha256: and 64 hexadecimal digits');
/** Below the bundle's folder: nothing in it may lead out of it. */
const Path = z.string().regex(/^(?!.*(^|\/)\.\.?(\/|$))[^/\0\\][^\0\\]*$/, 'a path inside the bundle');
/** Becomes a part of a file's name. */
const Word = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._+-]*$/, 'letters, digits, dots and dashes');
/** As pods name an image. */
const Image = z.string().regex(/^(?!.*\.\.)[A-Za-z0-9][\w.:/@-]*$/, 'the name of an image');
const Size = z.number().int().nonnegative();

const file = { path: Path, digest: Digest, size: Size };

/** A chart's archive in a bundle. */
export const BundledChart = z.strictObject({
  component: z.string(),
  name: Word,
  version: Word,
  /** Where it was pulled from. */
  reference: z.string(),
  ...file,
});
export type BundledChart = z.infer<typeof BundledChart>;

/** An image in a bundle: one manifest, or an index with those of several platforms. */
export const BundledImage = z.strictObject({
  /** As the pods ask for it. */
  name: Image,
  /** Where it was pulled from: elsewhere where the pods ask the closed side's own registry. */
  source: Image,
  digest: Digest,
  mediaType: z.string(),
  /** Bytes of the manifest. */
  size: Size,
  /** As `linux/arm64`; empty where the image does not say. */
  platforms: z.array(z.string()),
  /** `COMPONENT VERSION` of what runs it. */
  usedBy: z.array(z.string()),
});
export type BundledImage = z.infer<typeof BundledImage>;

/** What a bundle holds: `bundle.json`. No times and no names of machines: the same content is the same file. */
export const BundleManifest = z.strictObject({
  apiVersion: z.literal('liftlock.dev/v1alpha1'),
  kind: z.literal('Bundle'),
  platform: z.strictObject({ name: z.string(), title: z.string(), ...file }),
  route: z.array(z.strictObject({ from: z.string(), to: z.string() })).min(1),
  /** Versions that the vendor had published, up to the target: gaps are counted in them, and a folder of charts holds but a few. */
  published: z.array(z.string()).optional(),
  charts: z.array(BundledChart).min(1),
  images: z.array(BundledImage),
  helm: z.strictObject({ version: z.string(), platform: z.string(), ...file }).optional(),
  /** Config, layers and manifests of all images, each once. */
  blobs: z.strictObject({ count: Size, size: Size }),
});
export type BundleManifest = z.infer<typeof BundleManifest>;

/** What `bundle load` leaves beside the charts, as `loaded.json`. */
export const LoadedBundle = z.strictObject({
  apiVersion: z.literal('liftlock.dev/v1alpha1'),
  kind: z.literal('LoadedBundle'),
  platform: z.string(),
  /** sha256 of the bundle's checksums, or of the vendor's archive. */
  bundle: Digest,
  /** `HOST/PATH` that the images were pushed to; absent where none were. */
  registry: z.string().optional(),
  charts: z.array(z.strictObject({ file: Path, digest: Digest })),
  /** As in the bundle. */
  published: z.array(z.string()).optional(),
  helm: z.strictObject({ file: Path, version: z.string(), digest: Digest }).optional(),
});
export type LoadedBundle = z.infer<typeof LoadedBundle>;

/** What a bundle's own files are called. */
export const bundleFiles = {
  manifest: 'bundle.json',
  checksums: 'checksums.txt',
  index: 'index.json',
  layout: 'oci-layout',
  loaded: 'loaded.json',
} as const;

/** Files that lie in a folder or in a tar archive, read in parts: nothing is unpacked to be looked at. */
export interface FileSet {
  /** What people call it. */
  readonly place: string;
  /** Bytes by path; of a tar archive its regular files. */
  readonly files: ReadonlyMap<string, number>;
  /** Links by path, with what they point to: of image archives alone, refused in all others. */
  readonly links: ReadonlyMap<string, string>;
  /** @param start first byte @param end the byte after the last */
  read(path: string, start?: number, end?: number): AsyncIterable<Uint8Array>;
}

/** Opens what bundles and vendors' archives are made of. Problems: BUNDLE_UNREADABLE, with what is wrong and where. */
export interface Archives {
  /** A folder; or of a file a set that holds it alone. */
  open(path: string): Promise<FileSet>;
  /** A tar archive that lies in another set of files. */
  openTar(outer: FileSet, path: string): Promise<FileSet>;
  /** Packs files of a folder into a tar archive whose bytes depend on names and content alone. */
  pack(folder: string, paths: readonly string[], file: string): Promise<void>;
  /** Bytes that may still be written below a folder. */
  freeBytes(folder: string): Promise<number>;
}

/** A blob: config or layer of an image. */
export interface Blob {
  readonly digest: string;
  /** Bytes. */
  readonly size: number;
}

/** A manifest as the registry sent it. */
export interface RawManifest {
  readonly digest: string;
  readonly mediaType: string;
  readonly content: Buffer;
}

/** An image's repository: `host` may carry a port. */
export interface ImageRepository {
  readonly host: string;
  readonly path: string;
}

/**
 * Images in registries. Problems: REGISTRY_REFUSED, REGISTRY_UNREACHABLE, DIGEST_MISMATCH; the message names what was wanted
 * and the registry.
 */
export interface ImageRegistry {
  /** Undefined where there is none. Its digest is that of what was sent, and the one that was asked for. */
  manifest(repository: ImageRepository, reference: string): Promise<RawManifest | undefined>;
  /** A blob from a byte on; `start` says from which the registry really sends. Nothing is verified: the caller hashes. */
  blob(
    repository: ImageRepository,
    blob: Blob,
    start: number,
  ): Promise<{ readonly start: number; readonly body: AsyncIterable<Uint8Array> }>;
  hasBlob(repository: ImageRepository, digest: string): Promise<boolean>;
  /**
   * Sends a blob, in chunks where it is large, and goes on after a broken connection; the registry verifies its digest.
   * @param from a path of the same registry that has it: taken over from there where the registry allows it
   * @returns how it came: `mounted` costs nothing
   */
  sendBlob(
    repository: ImageRepository,
    blob: Blob,
    read: (start: number, end: number) => AsyncIterable<Uint8Array>,
    from?: string,
  ): Promise<'mounted' | 'sent'>;
  sendManifest(repository: ImageRepository, reference: string, manifest: RawManifest): Promise<void>;
}
