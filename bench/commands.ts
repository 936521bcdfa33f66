import { spawn, type ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

/** How a command is run. */
export interface CommandOptions {
  readonly cwd?: string | undefined;
  readonly environment: NodeJS.ProcessEnv;
  /** Seconds after which it is ended, and counts as failed. */
  readonly limitSeconds: number;
  /** Told each line of both streams as it comes, with the time it came (`performance.now()`). */
  readonly onLine?: ((line: string, at: number) => void) | undefined;
}

/** How a command ended. */
export interface Ended {
  readonly code: number | null;
  /** Wall time from start to end. */
  readonly seconds: number;
  /** When it ended, `performance.now()`. */
  readonly at: number;
  readonly stdout: string;
  readonly stderr: string;
}

const running = new Set<ChildProcess>();

/**
 * Runs a command in a process group of its own: Ctrl-C in the terminal reaches the bench alone, which then ends what it
 * started. Throws when the command took longer than its limit; any exit code is an answer.
 */
export async function runCommand(command: string, args: readonly string[], options: CommandOptions): Promise<Ended> {
  const began = performance.now();
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: options.environment,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  const stdout = gather(child.stdout, options.onLine);
  const stderr = gather(child.stderr, options.onLine);
  let isLate = false;
  const limit = setTimeout(() => {
    isLate = true;
    void end(child);
  }, options.limitSeconds * 1000);
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    if (isLate) throw new Error(`${command} took longer than ${options.limitSeconds} s:\n${stderr().slice(-2000)}`);
    const at = performance.now();
    return { code, seconds: (at - began) / 1000, at, stdout: stdout(), stderr: stderr() };
  } finally {
    clearTimeout(limit);
    running.delete(child);
  }
}

/** Ends every command that still runs. */
export async function endCommands(): Promise<void> {
  await Promise.all([...running].map(end));
}

function gather(stream: NodeJS.ReadableStream, onLine: CommandOptions['onLine']): () => string {
  let text = '';
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (chunk: string) => {
    const at = performance.now();
    text += chunk;
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onLine?.(line, at);
  });
  return () => text;
}

/** liftlock ends helm politely at the second SIGINT, and a shell script with its helm at SIGTERM to the group. */
async function end(child: ChildProcess): Promise<void> {
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const pid = child.pid;
  if (pid === undefined || child.exitCode !== null) return;
  for (const signal of ['SIGINT', 'SIGINT', 'SIGTERM', 'SIGKILL'] as const) {
    try {
      process.kill(-pid, signal);
    } catch {
      return;
    }
    const isClosed = await Promise.race([
      closed.then(() => true),
      sleep(signal === 'SIGINT' ? 1500 : 3000).then(() => false),
    ]);
    if (isClosed) return;
  }
}
