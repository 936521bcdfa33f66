import { join } from 'node:path';
import type { Affirmation } from '../../model/site.ts';
import { readOptional, writePrivate } from './state-folder.ts';

/** What a site remembers on this machine between runs. */
export interface SiteMemory {
  /** UID of the namespace kube-system at first use (O20). */
  readonly clusterUid?: string | undefined;
  /** What persons affirmed, with the version it was for. */
  readonly affirmations?: Readonly<Record<string, Affirmation>> | undefined;
}

export async function readSiteMemory(folder: string): Promise<SiteMemory> {
  const text = await readOptional(join(folder, 'site.json'));
  return text === undefined ? {} : (JSON.parse(text) as SiteMemory);
}

export async function rememberSite(folder: string, memory: SiteMemory): Promise<void> {
  await writePrivate(join(folder, 'site.json'), `${JSON.stringify(memory, null, 2)}\n`);
}
