import { expect, test } from 'vitest';
import type { ImageRegistry, RawManifest } from '../model/bundle.ts';
import { digestOf } from '../model/digest.ts';
import { pushImages, type HeldImage } from './push-images.ts';

const mediaType = 'application/vnd.oci.image.manifest.v1+json';

/** An image without layers, whose config says who made it. */
function image(name: string, maker: string): HeldImage {
  const config = { mediaType: 'application/vnd.oci.image.config.v1+json', digest: digestOf(maker), size: maker.length };
  const content = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, config, layers: [] }));
  const manifest: RawManifest = { digest: digestOf(content), mediaType, content };
  return { name, manifests: [manifest], read: () => Promise.reject(new Error('nothing is read')) as never };
}

/** An empty registry, and what was sent to it. */
function emptyRegistry(): { readonly registry: ImageRegistry; readonly sent: string[] } {
  const sent: string[] = [];
  const registry: ImageRegistry = {
    manifest: () => Promise.resolve(undefined),
    blob: () => Promise.reject(new Error('nothing is fetched')),
    hasBlob: () => Promise.resolve(false),
    sendBlob: (_repository, { digest }) => Promise.resolve(sent.push(digest) > 0 ? 'sent' : 'mounted'),
    sendManifest: (repository, reference) => Promise.resolve(void sent.push(`${repository.path}:${reference}`)),
  };
  return { registry, sent };
}

/** The host of a name is taken away, as below a private registry. */
function below(name: string) {
  const [, path = '', reference = ''] = /^[^/]+\/(.+):([^:]+)$/.exec(name) ?? [];
  return { host: 'private.example', path: `runai/${path}`, reference };
}

async function push(...images: readonly HeldImage[]) {
  const { registry, sent } = emptyRegistry();
  const told = await pushImages(images, { registry, targetOf: below, say: () => undefined }).then(
    ({ images: names }) => names,
    (error: unknown) => error as Error & { readonly code: string },
  );
  return { told, sent };
}

test('two images that differ in the host of their name alone are refused before anything is sent', async () => {
  const { told, sent } = await push(
    image('quay.io/other/first:1', 'first'),
    image('quay.io/team/web:1', 'one'),
    image('docker.io/team/web:1', 'another'),
  );
  expect(told).toMatchObject({ code: 'BUNDLE_NAMES_COLLIDE', exitCode: 3 });
  const message = (told as Error).message;
  for (const name of ['quay.io/team/web:1', 'docker.io/team/web:1', 'private.example/runai/team/web:1'])
    expect(message).toContain(name);
  expect(sent).toEqual([]);
});

test('one image under two names, and two tags of one path, are no collision', async () => {
  const { told } = await push(
    image('quay.io/team/web:1', 'one'),
    image('docker.io/team/web:1', 'one'),
    image('quay.io/team/web:2', 'two'),
  );
  expect(told).toEqual([
    'private.example/runai/team/web:1',
    'private.example/runai/team/web:1',
    'private.example/runai/team/web:2',
  ]);
});
