import { execa } from 'execa';
import type { LocalCommands } from '../../model/ports.ts';

/** What is kept of what a command prints: its end. */
const outputLimit = 64 * 1024;

/** Milliseconds between a polite signal and the one that nobody survives. */
const patienceMs = 10_000;

/** Runs a command without a shell, in this process' folder and environment. What it prints is not shown while it runs. */
export const localCommands: LocalCommands = {
  async run([file = '', ...args], { timeoutSeconds, signal }) {
    const ended = await execa(file, args, {
      reject: false,
      all: true,
      stdin: 'ignore',
      timeout: timeoutSeconds * 1000,
      cancelSignal: signal,
      forceKillAfterDelay: patienceMs,
      maxBuffer: outputLimit * 16,
    });
    const how = ended.isCanceled
      ? 'stopped'
      : ended.timedOut
        ? 'timed out'
        : ended.exitCode === undefined && ended.signal === undefined
          ? 'not started'
          : 'ended';
    const said = how === 'not started' ? (ended.shortMessage ?? '') : '';
    return { how, exitCode: ended.exitCode, output: `${ended.all}\n${said}`.slice(-outputLimit) };
  },
};
