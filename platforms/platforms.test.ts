import { readdir } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { listPlatforms, validateFile } from '../packages/liftlock/src/adapters/files/platform-catalog.ts';
import { catalog } from '../packages/liftlock/src/findings/catalog.ts';

it('every folder here is a platform that validates, down to the findings that it explains', async () => {
  const folders = (await readdir(import.meta.dirname, { withFileTypes: true })).filter((entry) => entry.isDirectory());
  const platforms = await listPlatforms();
  expect(platforms.map(({ name }) => name)).toEqual(folders.map(({ name }) => name));
  for (const { name } of platforms) expect(await validateFile(name, Object.keys(catalog))).toContain('no mistakes');
});
