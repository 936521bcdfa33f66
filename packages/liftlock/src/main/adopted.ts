import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { readOptional, removeFile, writePrivate } from '../adapters/files/state-folder.ts';
import type { LeftBehind, ReplicaFileKind } from '../model/replica.ts';
import { Problem } from '../model/problem.ts';
import type { Site } from '../model/site.ts';
import type { Described, SiteFlags } from './open-site.ts';

/** How this machine opens the site of a run that another one began. */
export interface Adopted {
  /** The run's own flags, with paths that lead to the copies. */
  readonly flags: SiteFlags;
  /** Where a file of the other machine lies here, by its path there. */
  readonly placed: Readonly<Record<string, string>>;
  /** The copies, by what they were. */
  readonly files: readonly AdoptedFile[];
  /** What persons affirmed where it was begun: for this run alone. */
  readonly affirmations?: Site['affirmations'] | undefined;
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

/** Whether a run of another machine was adopted here. */
export function isAdopted(runFolder: string): boolean {
  return existsSync(fileIn(runFolder));
}

export async function writeAdopted(runFolder: string, adopted: Adopted): Promise<void> {
  await writePrivate(fileIn(runFolder), `${JSON.stringify(adopted, null, 2)}\n`);
}

/** Marks a run whose plan, or a part of it, was made on another machine: nobody has said yes to it here. */
export async function markUnseen(runFolder: string): Promise<void> {
  await writePrivate(unseenIn(runFolder), '');
}

/** Whether nobody has said yes to the plan of a run on this machine. */
export function isUnseen(runFolder: string): boolean {
  return existsSync(unseenIn(runFolder));
}

export async function markSeen(runFolder: string): Promise<void> {
  await removeFile(unseenIn(runFolder));
}

/**
 * Where a file of a site lies on this machine. A run that was adopted reads its own copies, and what a site file of this machine
 * names: which other files are read is not for a Secret in the cluster to say. Problems: FILE_LEFT_BEHIND.
 */
export function placeOf({ adopted, copies, site, folder }: Described): (file: string) => string {
  const placed = adopted?.placed ?? copies;
  if (placed === undefined) return (file) => file;
  const own = [folder, ...(site.valuesFrom === undefined ? [] : [site.valuesFrom])].map((path) => `${resolve(path)}/`);
  const words = adopted === undefined ? JSON.stringify(site) : '';
  return (file) => {
    if (words.includes(JSON.stringify(file))) return file;
    const copy = placed[file];
    if (copy !== undefined) return copy;
    if (own.some((path) => resolve(file).startsWith(path))) return file;
    const [name = 'NAME'] = Object.keys(site.inputs).filter((input) => site.inputs[input] === file);
    throw new Problem('FILE_LEFT_BEHIND', `${file} of the machine that began this run did not travel.`, {
      advice: [`Give it anew: --input ${name}=PATH, or the whole site: --file site.yaml`],
    });
  };
}

/** No name that travels: a Secret in the cluster says no yes for anybody. */
function unseenIn(runFolder: string): string {
  return join(runFolder, 'adopted.unseen');
}

function fileIn(runFolder: string): string {
  return join(runFolder, 'adopted.json');
}
