import * as fc from 'fast-check';
import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { isJsonObject, type Json } from '../../../src/model/json.ts';
import type { KubeObject } from '../../../src/model/kube.ts';
import { makeLineTail } from '../../../src/adapters/helm/line-tail.ts';
import { readRefusal } from '../../../src/findings/foreseen/classify-refusal.ts';
import { imagesOf } from '../../../src/release/images.ts';
import { containersOf, parseManifest, podSpecOf, workloadsOf } from '../../../src/release/manifest.ts';
import { readReleases } from '../../../src/release/record.ts';
import { markFailed, readReleaseRecord, rewriteManifest } from '../../../src/release/release-record.ts';
import { damagedBytes, damagedText, hostileText, mutated, yamlBombs } from './hostile.ts';
import { costlyTarget, mayRefuse, target, type Target } from './target.ts';

const payload: Json = {
  name: 'shop',
  info: {
    first_deployed: '2026-11-01T10:00:00Z',
    last_deployed: '2026-11-01T10:00:00Z',
    status: 'pending-upgrade',
    description: 'x',
  },
  chart: {
    metadata: { name: 'shop', version: '1.2.3', appVersion: '1.2.3', kubeVersion: '>=1.28.0' },
    values: { a: { b: 1 } },
    templates: [],
    schema: 'e30=',
  },
  config: { a: 'b', password: 'x' },
  manifest: '---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\ndata: {a: b}\n',
  hooks: [{ name: 'h', kind: 'Job', events: ['pre-upgrade'], manifest: 'kind: Job' }],
  version: 3,
  namespace: 'shop',
  apply_method: 'ssa',
};

const million = Buffer.alloc(1024 * 1024, 'x').toString();

/** How a record's payload may be packed: as helm does, and in every other way. */
const packings: readonly ((text: string) => Buffer)[] = [
  (text) => gzipSync(text),
  (text) => gzipSync(text),
  (text) => Buffer.from(text),
  (text) => deflateSync(text),
  (text) => zstdCompressSync(text),
  (text) => gzipSync(gzipSync(text)),
  (text) => Buffer.concat([gzipSync(text), gzipSync(text)]),
  (text) => gzipSync(text).subarray(0, 30),
  (text) => Buffer.concat([Buffer.from([0x1f, 0x8b, 0x08, 0x00]), Buffer.from(text)]),
  // Protobuf, as the API server keeps it.
  (text) => Buffer.concat([Buffer.from('k8s\0\n\x0c\n\x02v1\x12\x06Secret'), Buffer.from(text)]),
];

/** A secret whose record unpacks to far more than it is: a gibibyte of one letter has about a mebibyte. */
const bomb = gzipSync(Buffer.alloc(192 * 1024 * 1024, ' '), { level: 9 });

const packed: fc.Arbitrary<Buffer> = fc.oneof(
  {
    weight: 12,
    arbitrary: damagedBytes(
      fc
        .tuple(damagedText(mutated([payload]).map((tree) => JSON.stringify(tree))), fc.constantFrom(...packings))
        .map(([text, pack]) => pack(text)),
    ),
  },
  { weight: 2, arbitrary: fc.constant(gzipSync(JSON.stringify({ ...payloadObject(), manifest: million }))) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)) },
);

function payloadObject() {
  return isJsonObject(payload) ? payload : {};
}

function secretOf(content: Buffer, rounds: number, text: string): KubeObject {
  let data = content;
  for (let round = 0; round < rounds; round += 1) data = Buffer.from(data.toString('base64'));
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'helm.sh/release.v1',
    metadata: {
      name: `sh.helm.release.v1.${text}.v3`,
      namespace: 'shop',
      labels: { owner: 'helm', name: text, status: 'deployed', version: '3' },
    },
    data: { release: data.toString() },
  };
}

/** Records of releases, as any helm, any tool and any fault may leave them: one that cannot be read hides no other. */
export const releaseRecords: Target = target(
  'release-records',
  fc.tuple(packed, fc.constantFrom(2, 2, 2, 2, 1, 3, 0), hostileText),
  async ([content, rounds, text]) => {
    const secret = secretOf(content, rounds, text);
    readReleaseRecord(secret);
    readReleases([secret, secretOf(gzipSync(JSON.stringify(payload)), 2, 'shop')]);
    mayRefuse(() => markFailed(secret, 'x'));
    mayRefuse(() => rewriteManifest(secret, (manifest) => manifest));
  },
);

/** A bomb is refused before it is unpacked whole. */
export const recordBombs: Target = costlyTarget('record-bombs', 2, refuseBomb);

async function refuseBomb(rounds: number): Promise<void> {
  const before = process.memoryUsage.rss();
  const reading = readReleaseRecord(secretOf(bomb, rounds, 'shop'));
  if (reading.record !== undefined) throw new Error('a bomb was read as a record');
  const grown = process.memoryUsage.rss() - before;
  if (grown > 400 * 1024 * 1024) throw new Error(`a bomb took ${Math.round(grown / 1024 / 1024)} MiB`);
}

const refusals = [
  'Error: UPGRADE FAILED: cannot patch "web" with kind StatefulSet: StatefulSet.apps "web" is invalid: spec: Forbidden: updates to statefulset spec for fields other than',
  'Error: UPGRADE FAILED: rendered manifests contain a resource that already exists. Unable to continue with update: ConfigMap "x" in namespace "y" exists and cannot be imported into the current release: invalid ownership metadata; annotation validation error: key "meta.helm.sh/release-name" must equal "a": current value is "b"',
  'Error: UPGRADE FAILED: failed to create resource: admission webhook "x.y" denied the request: no',
  'Error: context deadline exceeded',
  'client.go:258: 2026-11-21 21:00:00 [debug] beginning wait for 3 resources',
];

/** What helm prints, in any pieces, and what it says where it fails. */
export const helmOutput: Target = target(
  'helm-output',
  fc.tuple(
    fc.array(fc.oneof(damagedText(fc.constantFrom(...refusals)), hostileText), { maxLength: 12 }),
    fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 4 }),
    fc.integer({ min: 1, max: 50 }),
  ),
  async ([texts, noise, size]) => {
    const lines: string[] = [];
    const tail = makeLineTail(1000, (line) => lines.push(line));
    const bytes = Buffer.concat([...texts.map((text) => Buffer.from(`${text}\n`)), ...noise]);
    for (let start = 0; start < bytes.length; start += size) tail.add(bytes.subarray(start, start + size));
    tail.flush();
    if (tail.text().length > 1000) throw new Error('more is kept than was asked for');
    for (const text of texts) {
      readRefusal({ words: text });
      readRefusal({ words: text, isRollback: true });
    }
  },
);

const manifest = `---
# Source: shop/templates/web.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: &labels {app: web}}
spec:
  selector: {matchLabels: *labels}
  template:
    metadata: {labels: *labels}
    spec: {containers: [{name: web, image: "registry.example.com/web:1@sha256:00", env: [{name: A, value: "1"}]}]}
---
apiVersion: v1
kind: Secret
metadata: {name: s}
data: {a: eA==}
`;

/** Manifests that charts render and records keep. */
export const manifests: Target = target(
  'manifests',
  fc.oneof(
    { weight: 8, arbitrary: damagedText(damagedText(fc.constant(manifest))) },
    {
      weight: 1,
      arbitrary: yamlBombs.map((text) => `kind: X\nmetadata: {}\nspec:\n  ${text.replaceAll('\n', '\n  ')}`),
    },
  ),
  async (text) => {
    const objects = mayRefuse(() => parseManifest(text)) ?? [];
    imagesOf(objects, 'shop');
    workloadsOf(objects).map(podSpecOf).map(containersOf);
  },
);
