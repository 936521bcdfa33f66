import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { isAlive } from '../process/is-alive.ts';

export interface PrivatePlace {
  /** 0700. */
  readonly path: string;
  /** Removes the folder and all that is in it. */
  close(): void;
}

/** Signals that end a process before any `finally` is reached. */
const ends = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** The names of this process's own: in a container the one before it may have had the same id. */
const mine = new Set<string>();

/**
 * A folder for secrets that no longer than this process may be there: `PREFIX-PID-…` in `folder`. It goes when it is closed,
 * and when the process is told to end while nobody else listens for that: whoever listens closes it. Those of processes
 * that were killed hard are swept by the next.
 */
export function openPrivatePlace(folder: string, prefix: string): PrivatePlace {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  sweep(folder, prefix);
  const path = mkdtempSync(join(folder, `${prefix}-${process.pid}-`));
  mine.add(basename(path));
  const remove = () => rmSync(path, { recursive: true, force: true });
  const onEnd = (signal: NodeJS.Signals) => {
    close();
    // As if nobody had listened.
    process.kill(process.pid, signal);
  };
  const heard = ends.filter((signal) => process.listenerCount(signal) === 0);
  const close = () => {
    for (const signal of heard) process.off(signal, onEnd);
    process.off('exit', remove);
    remove();
    mine.delete(basename(path));
  };
  for (const signal of heard) process.on(signal, onEnd);
  process.on('exit', remove);
  return { path, close };
}

function sweep(folder: string, prefix: string): void {
  for (const entry of readdirSync(folder)) {
    const [, id] = entry.startsWith(`${prefix}-`) ? (/^(\d+)-/.exec(entry.slice(prefix.length + 1)) ?? []) : [];
    if (id === undefined || mine.has(entry)) continue;
    const pid = Number(id);
    if (pid !== process.pid && isAlive(pid)) continue;
    try {
      rmSync(join(folder, entry), { recursive: true, force: true });
    } catch {
      // Another person's, in a folder that all share.
    }
  }
}
