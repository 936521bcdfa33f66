import { join, resolve } from 'node:path';
import { readOptional, writePrivate } from '../adapters/files/state-folder.ts';
import type { LeftBehind, ReplicaFileKind } from '../model/replica.ts';
import { Problem } from '../model/problem.ts';
import type { Described, SiteFlags } from './open-site.ts';

/** How this machine opens the site of a run that another one began. */
export interface Adopted {
  /** The run's own flags, with paths that lead to the copies. */
  readonly flags: SiteFlags;
  /** Where a file of the other machine lies here, by its path there. */
  readonly placed: Readonly<Record<string, string>>;
  /** The copies, by what they were. */
  readonly files: readonly AdoptedFile[];
  readonly leftBehind: readonly LeftBehind[];
}

export interface AdoptedFile {
  readonly kind: ReplicaFileKind;
  /** As ReplicaFile has it. */
  readonly name: string;
  /** Absolute path of the copy. */
  readonly place: string;
}

/** Undefined for a run that this machine began. */
export async function readAdopted(runFolder: string): Promise<Adopted | undefined> {
  const text = await readOptional(fileIn(runFolder));
  return text === undefined ? undefined : (JSON.parse(text) as Adopted);
}

export async function writeAdopted(runFolder: string, adopted: Adopted): Promise<void> {
  await writePrivate(fileIn(runFolder), `${JSON.stringify(adopted, null, 2)}\n`);
}

/**
 * Where a file of a site lies on this machine. An adopted site reads its own copies: which files of this machine are read is
 * not for a Secret in the cluster to say. Problems: FILE_LEFT_BEHIND.
 */
export function placeOf({ adopted, site, folder }: Described): (file: string) => string {
  if (adopted === undefined) return (file) => file;
  const own = [folder, ...(site.valuesFrom === undefined ? [] : [site.valuesFrom])].map((path) => `${resolve(path)}/`);
  return (file) => {
    const placed = adopted.placed[file];
    if (placed !== undefined) return placed;
    if (own.some((path) => resolve(file).startsWith(path))) return file;
    const [name = 'NAME'] = Object.keys(site.inputs).filter((input) => site.inputs[input] === file);
    throw new Problem('FILE_LEFT_BEHIND', `${file} of the machine that began this run did not travel.`, {
      advice: [`Give it anew: --input ${name}=PATH, or the whole site: --file site.yaml`],
    });
  };
}

function fileIn(runFolder: string): string {
  return join(runFolder, 'adopted.json');
}
