import type { RunFolder } from '../run/world.ts';

/** Where the backups of a later hop lie, below the run's. */
const laterHop = /^backup\/hop-(\d+)\//;

/** Number of the hop that a file of a run's backup belongs to, from 0. */
export function hopOfFile(name: string): number {
  return Number(laterHop.exec(name)?.[1] ?? 1) - 1;
}

/**
 * A run's folder as one of its hops sees it: each hop has backups of its own, so that a later one never writes over what the
 * first has kept.
 */
export function hopFolder(folder: RunFolder, hop: number): RunFolder {
  if (hop === 0) return folder;
  const place = (name: string) => name.replace(/^backup(?=\/|$)/, `backup/hop-${hop + 1}`);
  return {
    path: folder.path,
    write: (name, text) => folder.write(place(name), text),
    writeSecret: (name, text) => folder.writeSecret(place(name), text),
    writeBytes: (name, bytes) => folder.writeBytes(place(name), bytes),
    read: (name) => folder.read(place(name)),
    remove: (name) => folder.remove(place(name)),
  };
}
