import { Problem } from '../../model/problem.ts';
import { digestOf } from '../../model/digest.ts';
import type { Handler, World } from '../world.ts';
import { exportedText } from '../../release/exported-values.ts';
import { listRecords, readRelease } from '../../snapshot/read-release.ts';
import { frozenFile } from '../helm-values.ts';
import { listClaims } from './list-claims.ts';

const index = 'backup/index.json';
const claimList = 'backup/claims.json';

/**
 * Keeps what the releases hold before the first write: helm's records as they are (values, manifest, history). They hold
 * secrets, so the files are 0600 and listed as the one exception to redaction (O9). Beside them stands which claims there were,
 * and on which volumes.
 */
export const backup: Handler<'backup'> = {
  async observe(_step, world) {
    const kept = await world.folder.read(index);
    if (kept === undefined) return { observation: 'todo', note: 'no backup yet' };
    return { observation: 'done', note: 'the backup is there' };
  },

  async act(step, world) {
    const digests: Record<string, string> = {};
    for (const release of step.releases) {
      for (const record of await listRecords(world.reader, release.namespace, release.name)) {
        const name = `backup/${release.name}/${record.metadata.name}.json`;
        const text = JSON.stringify(record, null, 2);
        await world.folder.writeSecret(name, text);
        digests[name] = digestOf(text);
      }
    }
    for (const carried of step.values ?? []) {
      const release = await readRelease(world.reader, carried.namespace, carried.release);
      const text = exportedText(release?.values ?? {});
      if (digestOf(text) !== carried.digest) {
        throw new Problem('WORLD_MOVED', `The values of ${carried.release} have changed since the plan was made.`, {
          touched: 'no',
          advice: ['Someone else works on it. Look at helm history, then start again: liftlock apply'],
        });
      }
      await world.folder.writeSecret(frozenFile(carried.path), text);
      digests[frozenFile(carried.path)] = carried.digest;
    }
    const namespaces = [...new Set(step.releases.map(({ namespace }) => namespace))];
    // For a person, not for `restore`: it is no part of what the backup is proved by.
    await world.folder.write(claimList, JSON.stringify(await listClaims(world.reader, namespaces), null, 2));
    await world.folder.write(index, JSON.stringify(digests, null, 2));
    return { touched: 'no', writes: 0 };
  },

  async confirm(_step, world) {
    const count = await proveBackup(world.folder);
    return { note: `${count} release records and values in ${world.folder.path}/backup` };
  },
};

/**
 * Proves that a run's backup is there as it was written, and answers how many records it holds. Throws BACKUP_MISSING or
 * BACKUP_DAMAGED: without the backup nothing more is written.
 */
export async function proveBackup(folder: Pick<World['folder'], 'read'>): Promise<number> {
  const digests = JSON.parse((await folder.read(index)) ?? 'null') as Record<string, string> | null;
  const advice = ['Start a new run, which makes a new backup: liftlock apply'];
  if (digests === null) throw new Problem('BACKUP_MISSING', 'The backup of this run is gone.', { advice });
  for (const [name, digest] of Object.entries(digests)) {
    const text = await folder.read(name);
    if (text !== undefined && digestOf(text) === digest) continue;
    const state = text === undefined ? 'gone' : 'not what was written';
    throw new Problem('BACKUP_DAMAGED', `The backup file ${name} is ${state}.`, { advice });
  }
  return Object.keys(digests).length;
}
