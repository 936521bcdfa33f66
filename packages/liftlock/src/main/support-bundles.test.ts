import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { RunState } from '../journal/fold.ts';
import type { JournalStore } from '../model/ports.ts';
import { masked, Redactor } from '../model/redaction.ts';
import { packTarGz, unpackTarGz } from '../run/tar.ts';
import { sealEvidence } from './support-bundles.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'liftlock-seal-'));
});
afterEach(async () => rm(folder, { recursive: true, force: true }));

test('O9: the evidence of a run gets its last entries, and an archive elsewhere that its journal names is left alone', async () => {
  const store: Pick<JournalStore, 'entries'> = { entries: () => [] };
  const archive = packTarGz([{ name: 'mine.txt', text: 'mine' }], new Date(0));
  const own = join(folder, 'runs', 'r');
  await mkdir(own, { recursive: true });
  const sealed = async (evidence: string) => {
    await writeFile(evidence, archive);
    await sealEvidence({ evidence, run: 'r' } as RunState, store as JournalStore, new Redactor(), own);
    return !(await readFile(evidence)).equals(archive);
  };
  expect(await sealed(join(own, 'support-bundle-r.tar.gz'))).toBe(true);
  expect(await sealed(join(folder, 'photos.tar.gz'))).toBe(false);
});

test('C36: what was learned since evidence was taken is masked in all of it but the definition', async () => {
  const evidence = join(folder, 'support-bundle-r.tar.gz');
  const files = [
    { name: 'logs/web.main.txt', text: 'connecting with canary-late' },
    { name: 'objects/events.json', text: '[{"message":"canary-late"}]' },
    { name: 'platform.json', text: '{"title":"canary-late"}' },
  ];
  await writeFile(evidence, packTarGz(files, new Date(0)));
  const redactor = new Redactor();
  redactor.learn('canary-late');
  const store: Pick<JournalStore, 'entries'> = { entries: () => [] };
  await sealEvidence({ evidence, run: 'r' } as RunState, store as JournalStore, redactor, folder);
  const texts = new Map(unpackTarGz(await readFile(evidence)).map(({ name, text }) => [name, text]));
  expect(texts.get('logs/web.main.txt')).toBe(`connecting with ${masked}`);
  expect(texts.get('objects/events.json')).toBe(`[{"message":"${masked}"}]`);
  expect(texts.get('platform.json')).toBe('{"title":"canary-late"}');
});
