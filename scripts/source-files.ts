import { readdirSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

const leftOut = new Set(['node_modules', '.git', 'dist', 'coverage']);

/** Files below `folder` whose name passes, relative to `root`, sorted, with forward slashes; no packages of others. */
export function filesBelow(root: string, folder: string, isWanted: (name: string) => boolean): readonly string[] {
  const found: string[] = [];
  const visit = (path: string): void => {
    for (const entry of readdirSync(path, { withFileTypes: true })) {
      if (entry.isDirectory() && !leftOut.has(entry.name)) visit(join(path, entry.name));
      else if (entry.isFile() && isWanted(entry.name)) {
        found.push(relative(root, join(path, entry.name)).split(sep).join('/'));
      }
    }
  };
  visit(join(root, folder));
  return found.toSorted();
}
