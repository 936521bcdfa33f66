import { expect, test } from 'vitest';
import type { RunFolder } from '../run/world.ts';
import { hopFolder, hopOfFile } from './hop-folder.ts';

test('every hop has backups of its own, and the first ones lie where they always have', async () => {
  const written: string[] = [];
  const keep = async (name: string) => {
    written.push(name);
    return name;
  };
  const folder = { path: '/run', write: keep, writeSecret: keep, writeBytes: keep, read: keep } as unknown as RunFolder;
  for (const hop of [0, 1]) {
    const own = hopFolder(folder, hop);
    await own.write('backup/index.json', '');
    await own.writeSecret('backup/shop/record.json', '');
    await own.writeSecret('values/shop/1.yaml', '');
    await own.read('backup/index.json');
  }
  expect(written).toEqual([
    'backup/index.json',
    'backup/shop/record.json',
    'values/shop/1.yaml',
    'backup/index.json',
    'backup/hop-2/index.json',
    'backup/hop-2/shop/record.json',
    'values/shop/1.yaml',
    'backup/hop-2/index.json',
  ]);
  expect(['backup/patched/x.json', 'backup/hop-2/patched/x.json', 'backup/hop-3/x.json'].map(hopOfFile)).toEqual([
    0, 1, 2,
  ]);
});
