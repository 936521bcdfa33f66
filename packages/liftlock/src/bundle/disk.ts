import { exitCodes, isProblem, Problem } from '../model/problem.ts';

/** Before anything was written. */
export function diskFull(folder: string, needed: number, free: number): Problem {
  const message = `${folder} has room for ${inMegabytes(free)}, and ${inMegabytes(needed)} are needed. Nothing was written.`;
  return new Problem('BUNDLE_DISK_FULL', message, {
    advice: ['Name a folder on a larger disk.'],
    exitCode: exitCodes.blocked,
    details: { needed, free },
  });
}

/** Megabytes as vendors of disks count them. */
export function inMegabytes(bytes: number): string {
  return bytes < 10_000_000 ? `${Math.ceil(bytes / 1000)} kB` : `${Math.ceil(bytes / 1_000_000)} MB`;
}

/** Trouble of this machine's disk, or of a path on it, and not of a line. */
export function isOfDisk(error: unknown): boolean {
  return /^(ENOSPC|EDQUOT|EACCES|EPERM|EROFS|EIO|EISDIR|ENOTDIR|EEXIST|ENOTEMPTY|ENAMETOOLONG|ENOENT)$/.test(
    codeOf(error),
  );
}

/** Runs what writes below a folder; a disk that fills up on the way, or takes nothing, is told in words. */
export async function onDisk<T>(folder: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (isProblem(error) || !isOfDisk(error)) throw error;
    const isFull = /^(ENOSPC|EDQUOT)$/.test(codeOf(error));
    const why = isFull ? 'the disk is full' : error instanceof Error ? error.message : 'unknown error';
    throw new Problem(isFull ? 'BUNDLE_DISK_FULL' : 'BUNDLE_NOT_WRITTEN', `${folder} cannot be written to: ${why}.`, {
      advice: ['Make room, or name another folder; then the same command again goes on where it was.'],
      exitCode: exitCodes.blocked,
      details: { folder },
      cause: error,
    });
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
