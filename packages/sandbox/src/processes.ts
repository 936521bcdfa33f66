/** Looking at processes by id, safely: an id that was given away again is not taken for the process that had it. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** A process, and when it began in whatever unit the system tells; together they name one process for good. */
export interface ProcessMark {
  pid: number;
  began: string;
}

/** The mark of a running process, or undefined when there is none (an ended one that nobody waited for counts as none). */
export function markOf(pid: number): ProcessMark | undefined {
  try {
    if (process.platform === 'linux') {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return fields[0] === 'Z' ? undefined : { pid, began: fields[19] ?? '' };
    }
    const began = execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim();
    return began === '' ? undefined : { pid, began };
  } catch {
    return undefined;
  }
}

/** Whether that very process still runs. */
export function isRunning(mark: ProcessMark): boolean {
  return markOf(mark.pid)?.began === mark.began;
}

/** Sends a signal to that very process; false when it is gone. */
export function signalProcess(mark: ProcessMark, signal: NodeJS.Signals): boolean {
  if (!isRunning(mark)) return false;
  try {
    return process.kill(mark.pid, signal);
  } catch {
    return false;
  }
}

/** Waits until that process is gone, at most so long; false when it is still there. */
export async function waitUntilGone(mark: ProcessMark, timeoutMs: number): Promise<boolean> {
  const deadline = Date.now() + timeoutMs;
  while (isRunning(mark)) {
    if (Date.now() > deadline) return false;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  return true;
}
