import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { create } from 'tar';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeArchives } from '../adapters/files/archives.ts';
import { readChart } from '../adapters/registry/read-chart.ts';
import type { Platform } from '../model/platform.ts';
import { packTarGz } from '../run/tar.ts';
import { loadVendorArchive } from './vendor-archive.ts';

const platform = {
  metadata: { name: 'runai', title: 'Run:ai' },
  components: [{ chart: { name: 'control-plane' } }],
} as unknown as Platform;
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'liftlock-vendor-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function chart(values: string): Buffer {
  const files = [
    { name: 'control-plane/Chart.yaml', text: 'apiVersion: v2\nname: control-plane\nversion: 2.19.11\n' },
    { name: 'control-plane/values.yaml', text: values },
  ];
  return packTarGz(files, new Date(0));
}

/** Packs files into an archive as a vendor, or somebody who is careless, would; and takes it in. */
async function loaded(content: Readonly<Record<string, Buffer | string>>): Promise<string> {
  const from = join(folder, 'content');
  for (const [path, bytes] of Object.entries(content)) {
    mkdirSync(dirname(join(from, path)), { recursive: true });
    writeFileSync(join(from, path), bytes);
  }
  const path = join(folder, 'runai-air-gapped-2.19.11.tar.gz');
  await create({ cwd: from, file: path, gzip: true }, Object.keys(content));
  const parts = {
    archives: makeArchives(),
    folder: join(folder, 'unpacked'),
    readChart,
    helmVersion: () => Promise.reject(new Error('there is no helm')),
    say: () => undefined,
  };
  return loadVendorArchive({ path }, platform, parts).then(
    ({ charts }) => charts.map(({ name }) => name).join(' '),
    (error: unknown) => `${(error as { readonly code: string }).code} ${(error as Error).message}`,
  );
}

test('a chart that lies twice in an archive is taken once, and refused where the two differ', async () => {
  const same = chart('a: 1\n');
  expect(await loaded({ 'a/control-plane-2.19.11.tgz': same, 'b/control-plane-2.19.11.tgz': same })).toBe(
    'control-plane-2.19.11.tgz',
  );
  const told = await loaded({ 'b/control-plane-2.19.11.tgz': chart('evil: 1\n'), 'a/control-plane-2.19.11.tgz': same });
  expect(told).toMatch(/^CHART_TWICE .*a\/control-plane-2\.19\.11\.tgz and b\/control-plane-2\.19\.11\.tgz/);
});

test.each(['', 'bundle/'])(
  'a bundle of liftlock that was packed once more is not taken as a vendor’s: %o',
  async (at) => {
    const told = await loaded({
      [`${at}bundle.json`]: '{}',
      [`${at}checksums.txt`]: '',
      [`${at}charts/control-plane-2.19.11.tgz`]: chart('a: 1\n'),
    });
    expect(told).toMatch(/^BUNDLE_UNREADABLE .*packed once more/);
  },
);

test('X03: an archive of which fifty times its size comes out is given up, and says so', async () => {
  const path = join(folder, 'runai-air-gapped-2.19.11.tar.gz');
  writeFileSync(path, gzipSync(Buffer.alloc(72 * 1024 * 1024), { level: 1 }));
  const parts = {
    archives: makeArchives(),
    folder: join(folder, 'unpacked'),
    readChart,
    helmVersion: () => Promise.reject(new Error('there is no helm')),
    say: () => undefined,
  };
  await expect(loadVendorArchive({ path }, platform, parts)).rejects.toMatchObject({
    code: 'BUNDLE_UNREADABLE',
    message: expect.stringContaining('50 times what it has') as string,
  });
});
