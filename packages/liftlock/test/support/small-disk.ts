import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Outcome } from './liftlock.ts';

const cli = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

/** A folder on a small disk of its own, seen by the programs that are run beside it and by nobody else. */
export interface SmallDisk {
  liftlock(...args: readonly string[]): Promise<Outcome>;
  program(command: string, ...args: readonly string[]): Promise<Outcome>;
  /** Takes every byte that is left. */
  fill(): Promise<void>;
  /** Gives them back. */
  free(): Promise<void>;
  /** From now on it can only be read. */
  readOnly(): Promise<void>;
  close(): Promise<void>;
}

export interface SmallDiskOptions {
  /** Where the disk is mounted. */
  readonly folder: string;
  readonly mebibytes: number;
  readonly environment: NodeJS.ProcessEnv;
  readonly cwd: string;
}

/** Mounts a tmpfs in a namespace by `unshare`: needs Linux, and root or user namespaces that unprivileged users may make. */
export async function openSmallDisk({ folder, mebibytes, environment, cwd }: SmallDiskOptions): Promise<SmallDisk> {
  await mkdir(folder, { recursive: true });
  const asRoot = process.getuid?.() === 0 ? [] : ['--map-root-user'];
  const up = `mount -t tmpfs -o size=${mebibytes}m tmpfs '${folder}' && exec ${process.execPath} --input-type=module -e '${inside}'`;
  const child = spawn('unshare', ['--mount', ...asRoot, '--kill-child', '--fork', 'sh', '-c', up], {
    cwd,
    env: environment,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const answers = new Map<number, (outcome: Outcome) => void>();
  const isUp = new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => reject(new Error(`no small disk could be made: exit ${String(code)}`)));
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line === 'up') resolve();
      if (!line.startsWith('{')) return;
      const { id, ...outcome } = JSON.parse(line) as Outcome & { readonly id: number };
      answers.get(id)?.(outcome);
      answers.delete(id);
    });
  });
  await isUp;
  let calls = 0;
  const program = (command: string, ...args: readonly string[]) => {
    const id = (calls += 1);
    child.stdin.write(`${JSON.stringify({ id, command, args })}\n`);
    return new Promise<Outcome>((resolve) => answers.set(id, resolve));
  };
  const ballast = `${folder}/ballast`;
  return {
    program,
    liftlock: (...args) => program(process.execPath, cli, ...args),
    fill: async () => {
      await program('dd', 'if=/dev/zero', `of=${ballast}`, 'bs=4096');
    },
    free: async () => {
      await program('rm', ballast);
    },
    readOnly: async () => {
      const { code, stderr } = await program('mount', '-o', 'remount,ro', folder);
      if (code !== 0) throw new Error(`the disk stays as it is: ${stderr}`);
    },
    close: async () => {
      const gone = once(child, 'close');
      child.stdin.end();
      await gone;
    },
  };
}

/** Runs what it is told, and has no apostrophe in it. */
const inside = `
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
console.log("up");
const lines = createInterface({ input: process.stdin });
lines.on("line", (line) => {
  const { id, command, args } = JSON.parse(line);
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk) => (stdout += chunk));
  child.stderr.on("data", (chunk) => (stderr += chunk));
  const end = (code) => console.log(JSON.stringify({ id, code, stdout, stderr }));
  child.once("error", (error) => ((stderr += error.message), end(127)));
  child.once("close", end);
});
lines.once("close", () => process.exit(0));
`;
