import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const cli = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The real command line as a person would run it, with state and cache folders of its own. */
export interface Operator {
  readonly home: string;
  readonly environment: NodeJS.ProcessEnv;
  run(...args: readonly string[]): Promise<Outcome>;
  /** Starts a command and leaves it running. */
  start(...args: readonly string[]): Started;
  /** Kills what is still running and removes the home, with all that was kept there. */
  close(): Promise<void>;
}

export interface Started {
  readonly pid: number;
  readonly done: Promise<Outcome>;
  /** What it has printed so far, both streams in the order in which they came. */
  output(): string;
  signal(name: NodeJS.Signals): void;
  /** Resolves when the output holds the text; rejects when the command ends first. */
  printed(text: string | RegExp): Promise<void>;
}

export interface OperatorOptions {
  readonly helm: string;
  readonly cwd?: string | undefined;
  readonly environment?: NodeJS.ProcessEnv | undefined;
}

/** A person at a machine of their own. */
export async function makeOperator(options: OperatorOptions): Promise<Operator> {
  const home = await mkdtemp(join(tmpdir(), 'liftlock-operator-'));
  // What a killed liftlock leaves goes with its operator, and is seen by no other one's doctor.
  const temporary = join(home, 'tmp');
  await mkdir(temporary);
  const environment = {
    PATH: process.env['PATH'],
    HOME: home,
    XDG_STATE_HOME: join(home, 'state'),
    XDG_CACHE_HOME: join(home, 'cache'),
    TMPDIR: temporary,
    LIFTLOCK_HELM: options.helm,
    // Compiled code is the same for every operator: one folder of it saves each call most of a second.
    NODE_COMPILE_CACHE: join(tmpdir(), 'liftlock-compiled-for-tests'),
    NO_COLOR: '1',
    ...options.environment,
  };
  const own: Belongings = { home, children: new Set() };
  left.add(own);
  const start = (...args: readonly string[]) => startCommand(args, environment, options.cwd ?? home, own.children);
  const close = async () => {
    await Promise.all([...own.children].map(killed));
    // A helm whose liftlock is dead may write a moment longer.
    await rm(home, { recursive: true, force: true, maxRetries: 20 });
    left.delete(own);
  };
  return { home, environment, start, run: (...args) => start(...args).done, close };
}

interface Belongings {
  readonly home: string;
  readonly children: Set<ChildProcess>;
}

/** Of operators that nobody has closed: a test that fails or is ended leaves neither processes nor homes behind. */
const left = new Set<Belongings>();
process.once('exit', clear);
// Which is how vitest ends a worker. Whoever else listens ends the process in their own time.
process.once('SIGTERM', () => {
  if (process.listenerCount('SIGTERM') > 0) return;
  clear();
  process.kill(process.pid, 'SIGTERM');
});

function clear(): void {
  for (const { home, children } of left) {
    for (const child of children) child.kill('SIGKILL');
    rmSync(home, { recursive: true, force: true, maxRetries: 20 });
  }
}

async function killed(child: ChildProcess): Promise<void> {
  const gone = once(child, 'close');
  child.kill('SIGKILL');
  await gone;
}

function startCommand(
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
  cwd: string,
  children: Set<ChildProcess>,
): Started {
  const child = spawn(process.execPath, [cli, ...args], { env: environment, cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  children.add(child);
  child.once('close', () => children.delete(child));
  let all = '';
  let stdout = '';
  let stderr = '';
  const waiting = new Set<() => void>();
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    all += text;
    for (const look of waiting) look();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    all += text;
    for (const look of waiting) look();
  });
  const done = new Promise<Outcome>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stdout, stderr }));
  });
  return {
    pid: child.pid ?? 0,
    done,
    output: () => all,
    signal: (name) => child.kill(name),
    printed: (text) =>
      new Promise((resolve, reject) => {
        const look = () => {
          if (typeof text === 'string' ? !all.includes(text) : !text.test(all)) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
        void done.then(() => reject(new Error(`it ended without printing ${String(text)}:\n${all}`)));
      }),
  };
}
