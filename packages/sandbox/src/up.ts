/** Bringing sandboxes up, finding them, taking them down. */
import { fork, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, openSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AttendantMessage, OwnerMessage } from './attendant-messages.ts';
import { build } from './build.ts';
import { settle, type Settings, type UpOptions } from './options.ts';
import { signalProcess, waitUntilGone } from './processes.ts';
import { SandboxError } from './sandbox-error.ts';
import { openSandbox, type Sandbox } from './sandbox.ts';
import { claimFolder, filesOf, listNames, readAttendant, readState, sweepStale, writePrivate } from './state.ts';

/** One line of `status`. */
export interface SandboxStatus {
  name: string;
  state: 'starting' | 'ready';
  pid: number;
  server?: string | undefined;
  kubeconfig?: string | undefined;
  registry?: string | undefined;
}

function startAttendant(name: string): ChildProcess {
  const log = openSync(join(filesOf(name).logs, 'attendant.log'), 'a', 0o600);
  try {
    return fork(fileURLToPath(new URL('./attendant.ts', import.meta.url)), [name], {
      // A test runner's own flags and variables are not for this process.
      execArgv: [],
      env: { ...process.env, NODE_OPTIONS: '' },
      // In a session of its own, Ctrl-C in the owner's terminal reaches the owner alone, whose end it then sees.
      detached: true,
      stdio: ['ignore', log, log, 'ipc'],
    });
  } finally {
    closeSync(log);
  }
}

function untilReady(child: ChildProcess, report: (line: string) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (message: string): void =>
      reject(
        new SandboxError('SANDBOX_UP_FAILED', `the sandbox did not come up: ${message}`, [
          'Try again; ports may have been taken meanwhile.',
        ]),
      );
    child.on('message', (message: AttendantMessage) => {
      if (message.kind === 'report') report(message.line);
      else if (message.kind === 'ready') resolve();
      else fail(message.message);
    });
    child.once('error', (error) => fail(error.message));
    child.once('exit', (code) => fail(`its attendant ended with code ${code ?? 'none'}`));
  });
}

async function bringUp(settings: Settings, report: (line: string) => void): Promise<void> {
  if (!claimFolder(settings.name)) {
    throw new SandboxError('SANDBOX_NAME_TAKEN', `a sandbox named ${settings.name} is up already`, [
      `End it with \`down ${settings.name}\`, or take another name.`,
    ]);
  }
  const files = filesOf(settings.name);
  writePrivate(files.settings, JSON.stringify(settings));
  const child = startAttendant(settings.name);
  try {
    await untilReady(child, report);
  } catch (error) {
    child.kill('SIGTERM');
    const mark = readAttendant(settings.name);
    if (mark !== undefined && !(await waitUntilGone(mark, 3000))) child.kill('SIGKILL');
    rmSync(files.folder, { recursive: true, force: true });
    throw error;
  }
  child.removeAllListeners();
  if (settings.owner === 'none') {
    const release: OwnerMessage = { kind: 'release' };
    await new Promise<void>((resolve, reject) =>
      child.send(release, (error) => (error === null ? resolve() : reject(error))),
    );
    child.disconnect();
  }
  // The owner may end whenever it likes; while it lives, the channel stays open.
  child.channel?.unref();
  child.unref();
}

/**
 * Brings up a sandbox: a real control plane, simulated nodes, a registry; a few seconds once its programs are built
 * (the first time takes minutes). Throws a `SandboxError` with advice. Interrupting it leaves nothing.
 */
export async function up(options: UpOptions = {}): Promise<Sandbox> {
  const report = options.report ?? ((): void => undefined);
  const settings = settle(options, `sandbox-${randomBytes(4).toString('hex')}`);
  sweepStale();
  await build(options.report);
  try {
    await bringUp(settings, report);
  } catch (error) {
    const isPortTaken = error instanceof SandboxError && /address already in use|EADDRINUSE/.test(error.message);
    if (!isPortTaken) throw error;
    report('a port was taken meanwhile; once more with other ports');
    await bringUp(settings, report);
  }
  return attach(settings.name);
}

/** A sandbox that is up already, also one that another process brought up. Throws a `SandboxError` when there is none. */
export function attach(name: string): Sandbox {
  const state = readState(name);
  if (state === undefined) {
    const known = listNames();
    const advice = known.length > 0 ? `Up are: ${known.join(', ')}.` : 'None is up; `up` brings one up.';
    throw new SandboxError('SANDBOX_NOT_FOUND', `no sandbox named ${name} is up`, [advice]);
  }
  return openSandbox(state, () => down(name));
}

/** Takes a sandbox down, at once; nothing of it is kept. False when there was none. */
export async function down(name: string): Promise<boolean> {
  const mark = readAttendant(name);
  if (mark === undefined) {
    sweepStale();
    return false;
  }
  signalProcess(mark, 'SIGTERM');
  if (!(await waitUntilGone(mark, 5000))) {
    // Its programs end by their guards.
    signalProcess(mark, 'SIGKILL');
    await waitUntilGone(mark, 5000);
  }
  rmSync(filesOf(name).folder, { recursive: true, force: true, maxRetries: 5 });
  return true;
}

/** The sandboxes that are up, after clearing away what dead ones left. */
export function list(): SandboxStatus[] {
  sweepStale();
  return listNames().flatMap((name) => status(name) ?? []);
}

/** How a sandbox is, or undefined when there is none of that name. */
export function status(name: string): SandboxStatus | undefined {
  const mark = readAttendant(name);
  if (mark === undefined) return undefined;
  const state = readState(name);
  if (state === undefined) return { name, state: 'starting', pid: mark.pid };
  const { server, registry } = state;
  return {
    name,
    state: 'ready',
    pid: mark.pid,
    server,
    kubeconfig: filesOf(name).kubeconfig,
    registry: `${registry.scheme}://${registry.host}`,
  };
}
