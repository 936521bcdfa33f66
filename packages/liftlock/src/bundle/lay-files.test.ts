import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { BundleManifest, type FileSet } from '../model/bundle.ts';
import { digestOf } from '../model/digest.ts';
import { onDisk } from './disk.ts';
import { layFiles, writeReceipt } from './lay-files.ts';

const from: FileSet = {
  place: 'a bundle',
  files: new Map([['x', 5]]),
  links: new Map(),
  read: async function* () {
    yield Buffer.from('bytes');
  },
};
const file = { from, path: 'x', name: 'x.tgz', digest: digestOf('bytes') };
let folder: string;

beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'liftlock-lay-')), 'charts');
});
afterEach(() => rmSync(join(folder, '..'), { recursive: true, force: true }));

test('a file is laid whole, or not at all; a program may be run', async () => {
  await layFiles(folder, [file, { ...file, name: 'helm', isProgram: true }]);
  expect(readFileSync(join(folder, 'x.tgz'), 'utf8')).toBe('bytes');
  expect(statSync(join(folder, 'helm')).mode & 0o111).toBe(0o111);
  await expect(layFiles(folder, [{ ...file, name: 'y.tgz', digest: digestOf('others') }])).rejects.toMatchObject({
    code: 'BUNDLE_ALTERED',
  });
  expect(readdirSync(folder).toSorted()).toEqual(['helm', 'x.tgz']);
});

test('no name leads out of the folder, whoever gave it', async () => {
  for (const name of ['../x.tgz', 'a/../../x.tgz', '/tmp/x.tgz', '..', '.', '', 'x\0'])
    await expect(layFiles(folder, [{ ...file, name }])).rejects.toMatchObject({ code: 'BUNDLE_ALTERED' });
  expect(readdirSync(join(folder, '..'), { recursive: true })).toEqual(['charts']);
  const manifest = {
    apiVersion: 'liftlock.dev/v1alpha1',
    kind: 'Bundle',
    platform: { name: 'shop', title: 'Shop', path: 'definition/platform.yaml', digest: digestOf(''), size: 0 },
    route: [{ from: '1.0.0', to: '2.0.0' }],
    images: [],
    blobs: { count: 0, size: 0 },
  };
  const chart = {
    component: 'shop',
    name: 'shop',
    version: '2.0.0',
    reference: '',
    path: 'charts/a.tgz',
    digest: digestOf(''),
    size: 0,
  };
  const accepts = (change: object) =>
    BundleManifest.safeParse({ ...manifest, charts: [{ ...chart, ...change }] }).success;
  expect(accepts({})).toBe(true);
  for (const change of [
    { name: '../shop' },
    { version: '1/../../2' },
    { path: '../a.tgz' },
    { path: 'a/../../b' },
    { path: '/a' },
  ])
    expect(accepts(change), JSON.stringify(change)).toBe(false);
});

test('a folder keeps what several bundles have brought', async () => {
  await layFiles(folder, [file]);
  const receipt = {
    apiVersion: 'liftlock.dev/v1alpha1',
    kind: 'LoadedBundle',
    platform: 'shop',
    bundle: digestOf(''),
  } as const;
  const [a, b] = ['a.tgz', 'b.tgz'].map((name) => ({ file: name, digest: digestOf(name) }));
  if (a === undefined || b === undefined) throw new Error('two charts');
  await writeReceipt(folder, { ...receipt, charts: [b] });
  await writeReceipt(folder, { ...receipt, charts: [a] });
  expect(JSON.parse(readFileSync(join(folder, 'loaded.json'), 'utf8'))).toMatchObject({ charts: [a, b] });
});

test('a disk that fills up on the way is told in words', async () => {
  const full = Object.assign(new Error('write'), { code: 'ENOSPC' });
  await expect(onDisk(folder, () => Promise.reject(full))).rejects.toMatchObject({ code: 'BUNDLE_DISK_FULL' });
  await expect(onDisk(folder, () => Promise.reject(new Error('a bug')))).rejects.toThrow('a bug');
});
