import { join } from 'node:path';
import type { Affirmation } from '../../model/site.ts';
import { readOptional, writePrivate } from './state-folder.ts';

/** What a site remembers on this machine between runs. */
export interface SiteMemory {
  /** UID of the namespace kube-system at first use (O20). */
  readonly clusterUid?: string | undefined;
  /** URL of its API server: what is compared where the UID may not be read. */
  readonly clusterServer?: string | undefined;
  /** What persons affirmed, with the version it was for. */
  readonly affirmations?: Readonly<Record<string, Affirmation>> | undefined;
}

export async function readSiteMemory(folder: string): Promise<SiteMemory> {
  const text = await readOptional(join(folder, 'site.json'));
  return text === undefined ? {} : (JSON.parse(text) as SiteMemory);
}

/** Adds what was affirmed to what is remembered already. */
export async function rememberAffirmations(
  folder: string,
  affirmations: Readonly<Record<string, Affirmation>>,
): Promise<void> {
  const memory = await readSiteMemory(folder);
  await rememberSite(folder, { ...memory, affirmations: { ...memory.affirmations, ...affirmations } });
}

export async function rememberSite(folder: string, memory: SiteMemory): Promise<void> {
  await writePrivate(join(folder, 'site.json'), `${JSON.stringify(memory, null, 2)}\n`);
}
