import { existsSync } from 'node:fs';
import { stat, statfs } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import type { Archives, FileSet } from '../../model/bundle.ts';
import { exitCodes, Problem } from '../../model/problem.ts';
import { folderFiles, readPart } from './folder-files.ts';
import { openTar, packTar } from './tar-files.ts';

/** See the port. */
export function makeArchives(): Archives {
  return {
    async open(path) {
      const place = resolve(path);
      const found = await stat(place).catch(() => undefined);
      if (found === undefined) {
        throw new Problem('BUNDLE_UNREADABLE', `There is nothing at ${place}.`, {
          advice: ['Check the path.'],
          exitCode: exitCodes.usage,
        });
      }
      return found.isDirectory() ? folderFiles(place) : oneFile(place, found.size);
    },
    openTar,
    pack: packTar,
    async freeBytes(folder) {
      const { bavail, bsize } = await statfs(nearestFolder(resolve(folder)));
      return bavail * bsize;
    },
  };
}

/** A set with one file in it, named as in its folder. */
function oneFile(file: string, size: number): FileSet {
  const name = basename(file);
  return {
    place: dirname(file),
    files: new Map([[name, size]]),
    links: new Map(),
    read: (_path, start, end) => readPart(file, start, end),
  };
}

function nearestFolder(folder: string): string {
  return existsSync(folder) ? folder : nearestFolder(dirname(folder));
}
