import * as fc from 'fast-check';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { makeArchives } from '../../../src/adapters/files/archives.ts';
import { readKubeconfig } from '../../../src/adapters/cluster/kubeconfig.ts';
import { readChart } from '../../../src/adapters/registry/read-chart.ts';
import { onDisk } from '../../../src/bundle/disk.ts';
import { imagesInArchive } from '../../../src/bundle/image-archives.ts';
import { layFiles } from '../../../src/bundle/lay-files.ts';
import { readBundleManifest, verifyBundle } from '../../../src/bundle/verify.ts';
import type { FileSet } from '../../../src/model/bundle.ts';
import type { Json } from '../../../src/model/json.ts';
import { damagedBytes, damagedText, hostileText, mutated, nastyTexts, yamlBombs } from './hostile.ts';
import { costlyTarget, mayRefuse, mayRefuseLater, target, type Target } from './target.ts';

interface TarEntry {
  readonly name: string;
  readonly type: string;
  readonly link: string;
  readonly content: string;
  /** What the header says instead of the true size. */
  readonly size: number | undefined;
}

const block = 512;

/** A tar archive of exactly these headers, sensible or not. */
function tarOf(entries: readonly TarEntry[], ends: boolean): Buffer {
  const parts = entries.flatMap(({ name, type, link, content, size }) => {
    const header = Buffer.alloc(block);
    const body = Buffer.from(content);
    header.write(name.slice(0, 100), 0, 'utf8');
    header.write('0000644\0', 100);
    header.write('0000000\0', 108);
    header.write('0000000\0', 116);
    header.write(`${(size ?? body.length).toString(8).padStart(11, '0').slice(-11)}\0`, 124);
    header.write('00000000000\0', 136);
    header.write(' '.repeat(8), 148);
    header.write(type, 156, 'latin1');
    header.write(link.slice(0, 100), 157, 'utf8');
    header.write('ustar\u000000', 257);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    return [header, body, Buffer.alloc((block - (body.length % block)) % block)];
  });
  return Buffer.concat([...parts, ends ? Buffer.alloc(2 * block) : Buffer.alloc(0)]);
}

const names = [
  'demo/Chart.yaml',
  'demo/values.yaml',
  'demo/templates/x.yaml',
  'demo/charts/sub/Chart.yaml',
  'demo/charts/sub.tgz',
  'demo/crds/a.yaml',
  'demo/values.schema.json',
  'bundle.json',
  'checksums.txt',
  'index.json',
  'oci-layout',
  'manifest.json',
  'blobs/sha256/00',
  'loaded.json',
];
const chartText = 'apiVersion: v2\nname: demo\nversion: 1.0.0\n';

const entry: fc.Arbitrary<TarEntry> = fc.record({
  name: fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...names) },
    { weight: 1, arbitrary: fc.constantFrom(...nastyTexts) },
  ),
  // Files, links, devices, folders, PAX and GNU headers, and what nobody has defined.
  type: fc.constantFrom('0', '0', '0', '0', '\0', '1', '2', '3', '4', '5', '6', '7', 'x', 'g', 'L', 'K', 'S', 'V', '9'),
  link: fc.constantFrom('', '/etc/passwd', '../../x', 'demo/Chart.yaml'),
  content: fc.oneof(
    { weight: 3, arbitrary: fc.constant(chartText) },
    {
      weight: 2,
      arbitrary: damagedText(
        fc.constantFrom(
          chartText,
          '{"schemaVersion":2,"manifests":[]}',
          '[{"Config":"a.json","RepoTags":["a/b:1"],"Layers":["l.tar"]}]',
          '30 path=../../evil\n',
          '999999999 path=x\n',
          '0 path=x\n',
          '-5 path=x\n',
          '{"apiVersion":"liftlock.dev/v1alpha1","kind":"Bundle"}',
        ),
      ),
    },
    { weight: 1, arbitrary: yamlBombs },
    { weight: 1, arbitrary: hostileText },
  ),
  size: fc.oneof(
    { weight: 8, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.constantFrom(0, 1, 600, 8 ** 11 - 1) },
  ),
});

const tarball = fc
  .tuple(fc.array(entry, { maxLength: 8 }), fc.boolean())
  .map(([entries, ends]) =>
    tarOf([{ name: 'demo/Chart.yaml', type: '0', link: '', content: chartText, size: undefined }, ...entries], ends),
  );

const folder = mkdtempSync(join(tmpdir(), 'liftlock-fuzz-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));

/** Archives of charts, bundles and images. Nothing of them is ever unpacked by the names that they give. */
export const archives: Target = target(
  'archives',
  fc.tuple(damagedBytes(tarball), fc.boolean(), fc.constantFrom('..', '.', 'x', ...nastyTexts)),
  async ([bytes, isPlain, nasty]) => {
    const around = mkdtempSync(join(folder, 'archive-'));
    const place = join(around, 'in', 'deep');
    mkdirSync(place, { recursive: true });
    const tgz = join(place, 'demo-1.0.0.tgz');
    writeFileSync(tgz, isPlain ? bytes : gzipSync(bytes));
    mayRefuse(() => readChart(tgz));
    writeFileSync(join(place, 'bundle.tar'), bytes);
    const opener = makeArchives();
    const outer = await opener.open(join(place, 'bundle.tar'));
    const files = await mayRefuseLater(() => opener.openTar(outer, 'bundle.tar'));
    if (files !== undefined) {
      for (const path of [...files.files.keys(), ...files.links.keys()])
        if (path.startsWith('/') || path.split(/[/\\]/).includes('..'))
          throw new Error(`a path that leads out: ${path}`);
      await mayRefuseLater(() => verifyBundle(files, () => undefined));
      await mayRefuseLater(() => readBundleManifest(files));
      await mayRefuseLater(() => imagesInArchive(files));
      await layAll(files, join(place, 'out'), nasty);
    }
    const written = readdirSync(around, { recursive: true, encoding: 'utf8' }).toSorted();
    const allowed = /^in(\/deep(\/(demo-1\.0\.0\.tgz|bundle\.tar|out(\/[^/]+)?))?)?$/;
    const outside = written.filter((path) => !allowed.test(path));
    if (outside.length > 0) throw new Error(`it wrote ${outside.join(', ')}`);
    rmSync(around, { recursive: true });
  },
);

/** What verifying might one day let through: every file of the archive, under its own name and under a nasty one. */
async function layAll(from: FileSet, out: string, nasty: string): Promise<void> {
  for (const path of from.files.keys()) {
    const hash = createHash('sha256');
    const isRead = await mayRefuseLater(async () => {
      for await (const chunk of from.read(path)) hash.update(chunk);
      return true;
    });
    if (isRead === undefined) continue;
    const digest = `sha256:${hash.digest('hex')}`;
    for (const name of [path, basename(path), nasty])
      await mayRefuseLater(() => onDisk(out, () => layFiles(out, [{ from, path, name, digest }])));
  }
}

const bombFile = join(folder, 'bomb.tgz');

/** A chart that unpacks to a gibibyte is refused before it is read whole. */
export const archiveBombs: Target = costlyTarget('archive-bombs', 160, refuseBomb);

async function refuseBomb(mebibytes: number): Promise<void> {
  writeFileSync(bombFile, gzipSync(Buffer.alloc(mebibytes * 1024 * 1024), { level: 1 }));
  const before = process.memoryUsage.rss();
  if (mayRefuse(() => readChart(bombFile)) !== undefined) throw new Error('a bomb was read as a chart');
  const grown = process.memoryUsage.rss() - before;
  if (grown > 400 * 1024 * 1024) throw new Error(`a bomb took ${Math.round(grown / 1024 / 1024)} MiB`);
}

const kubeconfig: Json = {
  apiVersion: 'v1',
  kind: 'Config',
  'current-context': 'a',
  clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:6443', 'certificate-authority': 'ca.pem' } }],
  users: [
    {
      name: 'u',
      user: { token: 'canary-fuzz-token', exec: { apiVersion: 'client.authentication.k8s.io/v1', command: 'x' } },
    },
  ],
  contexts: [{ name: 'a', context: { cluster: 'c', user: 'u', namespace: 'n' } }],
};

export const kubeconfigs: Target = target(
  'kubeconfigs',
  fc.oneof(
    { weight: 8, arbitrary: damagedText(mutated([kubeconfig]).map((tree) => JSON.stringify(tree))) },
    { weight: 1, arbitrary: yamlBombs },
  ),
  async (text) => {
    const file = join(folder, 'kubeconfig');
    writeFileSync(file, text);
    mayRefuse(() => readKubeconfig({ kubeconfig: file, env: {} }));
  },
);
