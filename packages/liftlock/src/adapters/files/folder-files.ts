import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import type { FileSet } from '../../model/bundle.ts';

/** The regular files of a folder and of those in it. Links and everything else that is no file are told as links. */
export async function folderFiles(folder: string): Promise<FileSet> {
  const files = new Map<string, number>();
  const links = new Map<string, string>();
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    if (entry.isDirectory()) continue;
    const file = join(entry.parentPath, entry.name);
    const path = relative(folder, file).split(sep).join('/');
    if (entry.isFile()) files.set(path, (await stat(file)).size);
    else links.set(path, 'elsewhere');
  }
  return { place: folder, files, links, read: (path, start, end) => readPart(join(folder, path), start, end) };
}

/** Bytes of a file from `start` to before `end`. */
export async function* readPart(file: string, start = 0, end = Infinity): AsyncGenerator<Uint8Array> {
  if (end <= start) return;
  // Opened when the first byte is wanted, and closed when nobody wants more.
  yield* createReadStream(file, { start, ...(end === Infinity ? {} : { end: end - 1 }) }) as AsyncIterable<Uint8Array>;
}
