/**
 * The process that owns a sandbox: it starts the programs, stands in for cloud, storage and identity, and takes
 * everything down with it. Run by `up`, never by hand: `node attendant.ts NAME`.
 */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { AttendantMessage, OwnerMessage } from './attendant-messages.ts';
import { bringUp } from './bring-up.ts';
import { findBuild } from './build.ts';
import type { Components } from './components.ts';
import { startGuarded, type GuardedChild } from './guarded-child.ts';
import type { Settings } from './options.ts';
import { markOf } from './processes.ts';
import { filesOf, writePrivate, type SandboxFiles } from './state.ts';

/** By name: one that is started again takes the place of the one before. */
const children = new Map<string, GuardedChild>();
/** Those that somebody asked to be ended: the sandbox stands without them for a while. */
const ending = new Set<GuardedChild>();
let isEnding = false;
let isReleased = false;

function say(message: AttendantMessage): void {
  if (process.connected) process.send?.(message);
}

function log(line: string): void {
  process.stderr.write(`${new Date().toISOString()} ${line}\n`);
}

/** Ends everything at once and removes the folder. */
async function end(files: SandboxFiles, code: number): Promise<void> {
  if (isEnding) return;
  isEnding = true;
  for (const child of children.values()) child.kill();
  await Promise.all([...children.values()].map((child) => child.ended));
  // Before this process ends, so that whoever waits for its end finds no folder.
  rmSync(files.folder, { recursive: true, force: true, maxRetries: 5 });
  process.exit(code);
}

function lastWords(files: SandboxFiles, name: string): string {
  try {
    return readFileSync(join(files.logs, `${name}.log`), 'utf8')
      .trim()
      .split('\n')
      .slice(-5)
      .join('\n');
  } catch {
    return '';
  }
}

/** Starts programs; one that ends by itself ends the sandbox. */
function makeStarter(files: SandboxFiles, fail: (message: string) => void): Components {
  const commands = new Map<string, string[]>();
  const start = (name: string, command: string[]): void => {
    if (isEnding) throw new Error('the sandbox is being taken down');
    commands.set(name, command);
    const child = startGuarded(name, command, join(files.logs, `${name}.log`));
    children.set(name, child);
    void child.ended.then((code) => {
      if (!isEnding && !ending.has(child)) fail(`${name} ended with code ${code ?? 'none'}: ${lastWords(files, name)}`);
    });
  };
  const running = (name: string): GuardedChild => {
    const child = children.get(name);
    if (child === undefined) throw new Error(`the sandbox has no program ${name}`);
    return child;
  };
  return {
    start,
    stop: async (name) => {
      const child = running(name);
      ending.add(child);
      child.kill();
      await child.ended;
    },
    startAgain: (name) => {
      const command = commands.get(name);
      if (command === undefined || !ending.has(running(name))) throw new Error(`${name} was not stopped`);
      start(name, command);
    },
    signal: async (name, signal) => running(name).signal(signal),
  };
}

async function main(): Promise<void> {
  const files = filesOf(process.argv[2] ?? '');
  const attendant = markOf(process.pid);
  if (attendant === undefined) throw new Error('this process cannot see itself');
  writePrivate(files.attendant, JSON.stringify(attendant));
  process.chdir(files.folder);
  const settings = JSON.parse(readFileSync(files.settings, 'utf8')) as Settings;
  const fail = (message: string): void => {
    if (isEnding) return;
    log(message);
    say({ kind: 'failed', message });
    void end(files, 1);
  };
  process.on('SIGTERM', () => void end(files, 0));
  process.on('SIGINT', () => void end(files, 0));
  process.on('uncaughtException', (error) => fail(error.stack ?? String(error)));
  // The channel breaks when the owner is gone, however it went.
  process.on('disconnect', () => {
    if (!isReleased && !isEnding) void end(files, 0);
  });
  process.on('message', (message: OwnerMessage) => {
    if (message.kind === 'release') isReleased = true;
  });
  const build = findBuild();
  if (build === undefined) throw new Error('the programs of the sandbox are not built');
  const report = (line: string): void => say({ kind: 'report', line });
  await bringUp({ settings, files, build, attendant, components: makeStarter(files, fail), report, log });
  say({ kind: 'ready' });
}

await main().catch((error: unknown) => {
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  log(message);
  say({ kind: 'failed', message });
  return end(filesOf(process.argv[2] ?? ''), 1);
});
