import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';

/**
 * The format that is written. 1: the first; 2: entries and steps that a liftlock of format 1 does not know. All older ones are
 * read, and become this one with the next entry. It grows with each word that must be understood to go on with a run: see
 * docs/decisions/0019-formats-of-journals.md.
 */
export const journalFormat = 2;

/** The format of a journal that is open; 0 for one without anything. */
export function versionOf(database: DatabaseSync): number {
  return Number(database.prepare('PRAGMA user_version').get()?.['user_version']);
}

/** Bytes of SQLite's smallest page: shorter files are taken for new ones, and would be written over. */
const smallestPage = 512;

/**
 * True for a journal that something has cut off so short that SQLite would begin a new one: no whole page, or no byte where runs
 * have left their folders.
 */
export function isEmptied(file: string): boolean {
  const size = existsSync(file) ? statSync(file).size : smallestPage;
  if (size > 0) return size < smallestPage;
  // A journal that was being made when its process died has its rollback journal still, or no run before it.
  const runs = join(dirname(file), 'runs');
  return !existsSync(`${file}-journal`) && existsSync(runs) && readdirSync(runs).length > 0;
}
