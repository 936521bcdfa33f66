/** A lock file for builds, so that two checkouts do not compile the same programs at once. */
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync, linkSync } from 'node:fs';
import { dirname } from 'node:path';
import { isRunning, markOf, type ProcessMark } from './processes.ts';

function holderOf(path: string): ProcessMark | undefined {
  try {
    const mark: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (typeof mark !== 'object' || mark === null || !('pid' in mark) || !('began' in mark)) return undefined;
    return typeof mark.pid === 'number' && typeof mark.began === 'string'
      ? { pid: mark.pid, began: mark.began }
      : undefined;
  } catch {
    return undefined;
  }
}

function tryTake(path: string): boolean {
  const own = `${path}.${process.pid}`;
  writeFileSync(own, JSON.stringify(markOf(process.pid)));
  try {
    // A hard link appears with its content or not at all, so a reader never sees an empty lock.
    linkSync(own, path);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(own, { force: true });
  }
}

function removeStale(path: string): void {
  const aside = `${path}.stale.${process.pid}`;
  try {
    renameSync(path, aside);
  } catch {
    return;
  }
  // Between the look and the rename somebody may have taken the lock: then it is given back.
  const holder = holderOf(aside);
  if (holder !== undefined && isRunning(holder)) {
    try {
      linkSync(aside, path);
    } catch {
      // A third one holds it now.
    }
  }
  rmSync(aside, { force: true });
}

/**
 * Runs a task while holding the lock at a path. Waits for a living holder (`onWait` is told its process id, once),
 * takes over the lock of a dead one.
 */
export async function withBuildLock<T>(
  path: string,
  onWait: (pid: number) => void,
  task: () => Promise<T>,
): Promise<T> {
  mkdirSync(dirname(path), { recursive: true });
  let told = false;
  while (!tryTake(path)) {
    const holder = holderOf(path);
    if (holder === undefined || !isRunning(holder)) {
      removeStale(path);
      continue;
    }
    if (!told) onWait(holder.pid);
    told = true;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  try {
    return await task();
  } finally {
    rmSync(path, { force: true });
  }
}
