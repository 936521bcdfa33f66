import { createHash, randomBytes } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { makeHttpClient } from '../../src/adapters/http/http-client.ts';
import { makeImageRegistry } from '../../src/adapters/registry/image-registry.ts';
import type { ImageRegistry } from '../../src/model/bundle.ts';
import { packTarGz } from '../../src/run/tar.ts';
import type { RegistryLogin } from '../../src/model/ports.ts';
import { Redactor } from '../../src/model/redaction.ts';

/** liftlock's own client of one registry on loopback. */
export function imagesAt(host: string, login: RegistryLogin | undefined, chunkBytes?: number): ImageRegistry {
  const http = makeHttpClient({ env: {} });
  return makeImageRegistry({
    credentials: { loginFor: (asked) => Promise.resolve(asked === host ? login : undefined) },
    request: (request) => http.request(request),
    clock: { now: () => new Date(), sleep: () => Promise.resolve() },
    redactor: new Redactor(),
    plainHttp: true,
    ...(chunkBytes === undefined ? {} : { chunkBytes }),
  });
}

/** A layer of at least that many bytes, unlike every other. */
export function someLayer(bytes: number): Buffer {
  return layer(randomBytes(bytes).toString('latin1'));
}

function layer(text: string): Buffer {
  return packTarGz([{ name: 'data', text }], new Date(0));
}

/** Makes a small image of one or several platforms and pushes it; returns its digest. */
export async function pushImage(
  images: ImageRegistry,
  host: string,
  name: string,
  layers: readonly Buffer[],
  platforms: readonly string[] = ['linux/amd64'],
): Promise<string> {
  const [path = '', tag = ''] = name.split(':');
  const repository = { host, path };
  const manifests: { readonly content: Buffer; readonly digest: string; readonly platform: string }[] = [];
  for (const platform of platforms) {
    const [os = '', architecture = ''] = platform.split('/');
    const own = [...layers, layer(`only for ${platform}`)];
    const config = Buffer.from(
      JSON.stringify({
        os,
        architecture,
        rootfs: { type: 'layers', diff_ids: own.map((blob) => digestOf(gunzipSync(blob))) },
      }),
    );
    for (const blob of [config, ...own]) await send(images, repository, blob);
    const type = 'application/vnd.oci.image';
    const content = Buffer.from(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: `${type}.manifest.v1+json`,
        config: { mediaType: `${type}.config.v1+json`, digest: digestOf(config), size: config.length },
        layers: own.map((blob) => ({
          mediaType: `${type}.layer.v1.tar+gzip`,
          digest: digestOf(blob),
          size: blob.length,
        })),
      }),
    );
    manifests.push({ content, digest: digestOf(content), platform });
  }
  const [first] = manifests;
  if (first === undefined) throw new Error('an image is of one platform at least');
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  if (manifests.length === 1) {
    await images.sendManifest(repository, tag, { ...first, mediaType });
    return first.digest;
  }
  for (const manifest of manifests) await images.sendManifest(repository, manifest.digest, { ...manifest, mediaType });
  const index = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.index.v1+json',
      manifests: manifests.map(({ content, digest, platform }) => {
        const [os = '', architecture = ''] = platform.split('/');
        return { mediaType, digest, size: content.length, platform: { os, architecture } };
      }),
    }),
  );
  const digest = digestOf(index);
  await images.sendManifest(repository, tag, {
    content: index,
    digest,
    mediaType: 'application/vnd.oci.image.index.v1+json',
  });
  return digest;
}

async function send(images: ImageRegistry, repository: { host: string; path: string }, content: Buffer): Promise<void> {
  const blob = { digest: digestOf(content), size: content.length };
  if (await images.hasBlob(repository, blob.digest)) return;
  await images.sendBlob(repository, blob, async function* (start, end) {
    yield content.subarray(start, end);
  });
}

function digestOf(content: Buffer): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}
