import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { digestOf } from '../model/digest.ts';
import type { ValuesFile } from '../model/snapshot.ts';
import type { Adopted } from './adopted.ts';
import type { OpenSite } from './open-site.ts';
import { gatherInputs, gatherValues } from './replica-inputs.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'liftlock-inputs-'));
});
afterEach(async () => rm(folder, { recursive: true, force: true }));

async function write(name: string, text: string): Promise<string> {
  await writeFile(join(folder, name), text);
  return join(folder, name);
}

/** A site with one input that is a file, and a keyring. */
function siteOf(parts: { readonly file?: string; readonly tls?: string; readonly adopted?: Adopted }): OpenSite {
  const { file, tls, adopted } = parts;
  return {
    folder,
    platformFile: join(folder, 'platform.yaml'),
    platform: { inputs: { tls: { type: 'file' } } },
    flags: { options: {}, file },
    adopted,
    site: {
      inputs: tls === undefined ? {} : { tls },
      verifyCharts: { keyring: join(folder, 'vendor.gpg') },
      affirmations: {},
      credentials: {},
      checks: {},
      cluster: {},
      localCommands: [],
    },
  } as unknown as OpenSite;
}

test('O9: a values file that is changed for a later hop is kept as it was loaded for that hop', async () => {
  const name = 'values/web.yaml';
  const known = new Set<string>();
  const loaded = new Map<string, ValuesFile>();
  const load = async (text: string) => {
    const file = await write('web.yaml', text);
    loaded.set(name, { path: name, file, digest: digestOf(text), values: {} });
  };
  const gathered = async () =>
    (await gatherValues({ loaded }, known)).map(({ bytes }) => Buffer.from(bytes).toString());
  await load('round: one');
  expect(await gathered()).toEqual(['round: one']);
  expect(await gathered()).toEqual([]);
  // Edited, and not yet loaded: nobody has planned with it.
  await write('web.yaml', 'round: two');
  expect(await gathered()).toEqual([]);
  await load('round: two');
  expect(await gathered()).toEqual(['round: two']);
  // Loaded, and edited once more before it was kept: the step that wants it is refused.
  await load('round: three');
  await write('web.yaml', 'round: four');
  expect(await gathered()).toEqual([]);
});

test('O9: the site file that the site was opened with travels; what was named and is not there is said', async () => {
  const file = await write('site.yaml', 'kind: Site');
  for (const name of ['platform.yaml', 'vendor.gpg']) await write(name, name);
  const tls = join(folder, 'tls.crt');
  const { files, leftBehind } = await gatherInputs(siteOf({ file, tls }));
  expect(files.map(({ kind, name }) => [kind, name])).toEqual([
    ['site', file],
    ['definition', join(folder, 'platform.yaml')],
    ['file', join(folder, 'vendor.gpg')],
  ]);
  expect(leftBehind).toEqual([{ what: 'a file that was not there', path: tls, flag: '--input NAME=PATH' }]);
  await rm(file);
  const later = await gatherInputs(siteOf({ file }));
  expect(later.leftBehind).toMatchObject([{ path: file, flag: '--file site.yaml' }]);
});

test('O9: a run that is handed on once more keeps its names, and what was given anew on the way', async () => {
  const place = await write('copy.yaml', 'kind: Site');
  const given = await write('mine.crt', 'given');
  const adopted: Adopted = {
    flags: { options: {} },
    files: [{ kind: 'site', name: '/home/ada/site.yaml', place }],
    placed: { '/home/ada/tls.crt': given },
    leftBehind: [],
  };
  const { files } = await gatherInputs(siteOf({ adopted }));
  expect(files.map(({ kind, name, bytes }) => [kind, name, Buffer.from(bytes).toString()])).toEqual([
    ['site', '/home/ada/site.yaml', 'kind: Site'],
    ['file', '/home/ada/tls.crt', 'given'],
    ['memory', 'site.json', '{"affirmations":{}}'],
  ]);
});
