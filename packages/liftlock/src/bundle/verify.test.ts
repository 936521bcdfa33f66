import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeArchives } from '../adapters/files/archives.ts';
import type { ImageRegistry, RawManifest } from '../model/bundle.ts';
import { digestOf } from '../model/digest.ts';
import { isProblem } from '../model/problem.ts';
import { createBundle } from './create.ts';
import { verifyBundle } from './verify.ts';

const archives = makeArchives();
let folder: string;
let whole: Buffer;
let digest: string;

/** A registry with one image. */
function registryOf(blobs: ReadonlyMap<string, Buffer>, manifest: RawManifest): ImageRegistry {
  return {
    manifest: () => Promise.resolve(manifest),
    blob: async (_repository, blob, start) => ({
      start,
      body: (async function* () {
        yield blobs.get(blob.digest)?.subarray(start) ?? Buffer.alloc(0);
      })(),
    }),
    hasBlob: () => Promise.resolve(false),
    sendBlob: () => Promise.reject(new Error('nothing is sent')),
    sendManifest: () => Promise.reject(new Error('nothing is sent')),
  };
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'liftlock-verify-'));
  const parts = [Buffer.from('{"os":"linux"}'), Buffer.from('a layer'.repeat(200))];
  const blobs = new Map(parts.map((part) => [digestOf(part), part]));
  const [config, layer] = parts.map((part) => ({ digest: digestOf(part), size: part.length }));
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  const content = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, config, layers: [layer] }));
  writeFileSync(join(folder, 'chart.tgz'), 'a chart');
  const made = await createBundle(
    {
      platform: { name: 'shop', title: 'Shop' },
      definition: 'kind: Platform\n',
      route: [{ from: '1.0.0', to: '2.0.0' }],
      charts: [
        {
          component: 'shop',
          name: 'shop',
          version: '2.0.0',
          reference: 'oci://x/shop',
          file: join(folder, 'chart.tgz'),
        },
      ],
      images: [{ name: 'r.example/web:1', source: 'r.example/web:1', usedBy: ['shop 2.0.0'] }],
    },
    {
      out: join(folder, 'whole.tar'),
      platforms: 'all',
      registry: registryOf(blobs, { content, mediaType, digest: digestOf(content) }),
      placeOf: () => ({ host: 'r.example', path: 'web', reference: '1' }),
      archives,
      say: () => undefined,
    },
  );
  whole = readFileSync(join(folder, 'whole.tar'));
  digest = made.digest;
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The digest of what was accepted, or the code of the refusal. */
async function verdict(content: Buffer): Promise<string> {
  writeFileSync(join(folder, 'copy.tar'), content);
  try {
    const files = await archives.openTar(await archives.open(join(folder, 'copy.tar')), 'copy.tar');
    return (await verifyBundle(files, () => undefined)).digest;
  } catch (error) {
    if (!isProblem(error)) throw error;
    return error.code;
  }
}

const refusals = ['BUNDLE_UNREADABLE', 'BUNDLE_ALTERED', 'BUNDLE_INCOMPLETE'];

test('a bundle is accepted as it was made', async () => {
  expect(await verdict(whole)).toBe(digest);
});

test('whatever bits are flipped: it is refused, or the flip lies in what no file holds', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(whole.length - 1), fc.nat(7), async (at, bit) => {
      const copy = Buffer.from(whole);
      copy[at] = (copy[at] ?? 0) ^ (1 << bit);
      expect([digest, ...refusals]).toContain(await verdict(copy));
    }),
    { numRuns: 300 },
  );
});

test('bits inside any file are never accepted', async () => {
  const files = await archives.openTar(await archives.open(join(folder, 'whole.tar')), 'whole.tar');
  for (const path of files.files.keys()) {
    const chunks: Uint8Array[] = [];
    for await (const chunk of files.read(path)) chunks.push(chunk);
    const at = whole.indexOf(Buffer.concat(chunks));
    const copy = Buffer.from(whole);
    copy[at] = (copy[at] ?? 0) ^ 1;
    expect(refusals, path).toContain(await verdict(copy));
  }
});

test('cut off anywhere before its end mark, it is refused', async () => {
  const content = whole.length - 10_240;
  await fc.assert(
    fc.asyncProperty(fc.nat(content), async (length) => {
      expect(refusals).toContain(await verdict(whole.subarray(0, length)));
    }),
    { numRuns: 100 },
  );
});
