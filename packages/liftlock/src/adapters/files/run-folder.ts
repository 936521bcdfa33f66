import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Redactor } from '../../model/redaction.ts';
import { readOptional, removeFile, writePrivate } from './state-folder.ts';

/** Opens the folder of one run (see RunFolder in run/world.ts), making it 0700. */
export async function openRunFolder(path: string, redactor: Redactor) {
  await mkdir(path, { recursive: true, mode: 0o700 });
  const inside = (name: string) => {
    const file = resolve(path, name);
    if (!file.startsWith(`${resolve(path)}/`)) throw new Error(`${name} is not inside the run folder`);
    return file;
  };
  return {
    path,
    async write(name: string, text: string) {
      await writePrivate(inside(name), redactor.text(text));
      return join(path, name);
    },
    async writeSecret(name: string, text: string) {
      await writePrivate(inside(name), text);
      return join(path, name);
    },
    async writeBytes(name: string, bytes: Uint8Array) {
      await writePrivate(inside(name), bytes);
      return join(path, name);
    },
    read: (name: string) => readOptional(inside(name)),
    remove: (name: string) => removeFile(inside(name)),
  };
}
