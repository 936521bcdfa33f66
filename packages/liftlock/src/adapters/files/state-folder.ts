import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { Problem } from '../../model/problem.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Where liftlock keeps journals and run folders, by the XDG base directory specification. */
export function stateHome(environment: Environment): string {
  return join(environment['XDG_STATE_HOME'] ?? join(environment['HOME'] ?? homedir(), '.local', 'state'), 'liftlock');
}

/** Where pulled charts are kept; may be deleted at any time. */
export function cacheHome(environment: Environment): string {
  return join(environment['XDG_CACHE_HOME'] ?? join(environment['HOME'] ?? homedir(), '.cache'), 'liftlock');
}

/** The folder of one site: its journal, its memory, its runs. */
export function siteFolder(environment: Environment, site: string): string {
  return join(stateHome(environment), 'sites', site);
}

/**
 * Writes a private file so that readers see the old or the new one, never half of one.
 * @throws Problem STATE_UNWRITABLE (exit 3): no permission, read-only, no room
 */
export async function writePrivate(file: string, content: string | Uint8Array): Promise<void> {
  const draft = `${file}.${process.pid}.draft`;
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await writeFile(draft, content, { mode: 0o600 });
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined);
    throw unwritable(error, file);
  }
}

const placeErrors = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT', 'ENOTDIR', 'EISDIR']);

function unwritable(error: unknown, file: string): unknown {
  if (!(error instanceof Error) || !placeErrors.has((error as NodeJS.ErrnoException).code ?? '')) return error;
  return new Problem('STATE_UNWRITABLE', `${file} cannot be written: ${error.message}.`, {
    cause: error,
    advice: ['See that its folder exists, belongs to you and has room: liftlock doctor'],
  });
}

/** The text of a file, or undefined when there is none. */
export async function readOptional(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

export async function removeFile(file: string): Promise<void> {
  await rm(file, { force: true, recursive: true });
}
