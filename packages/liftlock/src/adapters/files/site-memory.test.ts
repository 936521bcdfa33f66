import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readSiteMemory, rememberAffirmations, rememberSite } from './site-memory.ts';

it('what is affirmed is added to what the site remembers', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'liftlock-memory-'));
  try {
    const backups = { by: 'Ada', version: '2.2.5' };
    const login = { by: 'Joan', version: '2.2.5' };
    await rememberSite(folder, { clusterUid: 'uid-1', affirmations: { backups } });
    await rememberAffirmations(folder, { login });
    expect(await readSiteMemory(folder)).toEqual({ clusterUid: 'uid-1', affirmations: { backups, login } });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
