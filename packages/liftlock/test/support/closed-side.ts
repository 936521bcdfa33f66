import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Outcome } from './liftlock.ts';

const cli = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

/** A network namespace with nothing in it but loopback, on which the named ports lead out, and no other. */
export interface ClosedSide {
  liftlock(...args: readonly string[]): Promise<Outcome>;
  /** Any program, by its path or by the PATH of the environment. */
  program(command: string, ...args: readonly string[]): Promise<Outcome>;
  close(): Promise<void>;
}

export interface ClosedSideOptions {
  /** A folder of its own, with a short path: sockets lie in it. */
  readonly folder: string;
  /** Ports of 127.0.0.1 outside that are reached under the same numbers inside. */
  readonly ports: readonly number[];
  readonly environment: NodeJS.ProcessEnv;
}

/**
 * Opens the namespace by `unshare`: needs Linux, and root or user namespaces that unprivileged users may make. Fails with the
 * words of `unshare` where it may not.
 */
export async function openClosedSide({ folder, ports, environment }: ClosedSideOptions): Promise<ClosedSide> {
  const sockets = await Promise.all(ports.map(async (port) => [port, await wayOut(folder, port)] as const));
  const script = join(folder, 'inside.mjs');
  await writeFile(script, inside);
  const asRoot = process.getuid?.() === 0 ? [] : ['--map-root-user'];
  const up = `ip link set lo up && exec ${process.execPath} ${script} ${ports.join(' ')}`;
  const child = spawn('unshare', ['--net', '--mount', ...asRoot, '--kill-child', '--fork', 'sh', '-c', up], {
    cwd: folder,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const answers = new Map<number, (outcome: Outcome) => void>();
  const isUp = firstWord(child);
  const lines = createInterface({ input: child.stdout });
  lines.on('line', (line) => {
    if (!line.startsWith('{')) return;
    const { id, ...outcome } = JSON.parse(line) as Outcome & { readonly id: number };
    answers.get(id)?.(outcome);
    answers.delete(id);
  });
  await isUp;
  let calls = 0;
  const program = (command: string, ...args: readonly string[]) => {
    const id = (calls += 1);
    child.stdin.write(`${JSON.stringify({ id, command, args, env: environment, cwd: folder })}\n`);
    return new Promise<Outcome>((resolve) => answers.set(id, resolve));
  };
  return {
    program,
    liftlock: (...args) => program(process.execPath, cli, ...args),
    close: async () => {
      const gone = once(child, 'close');
      child.stdin.end();
      await gone;
      for (const [, server] of sockets) server.close();
    },
  };
}

/** A socket file that leads to a port of this machine: files are seen from within the namespace, ports are not. */
async function wayOut(folder: string, port: number): Promise<Server> {
  const server = createServer((socket) => {
    const out = connect(port, '127.0.0.1');
    socket.pipe(out).pipe(socket);
    socket.on('error', () => out.destroy());
    out.on('error', () => socket.destroy());
  });
  server.listen(join(folder, `${port}.sock`));
  await once(server, 'listening');
  return server;
}

async function firstWord(child: ChildProcess): Promise<void> {
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString('utf8')));
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  child.stdout?.once('data', () => resolve());
  child.once('error', reject);
  child.once('close', (code) =>
    reject(
      new Error(
        `No network namespace could be made (exit ${String(code)}): ${said.trim()}. This test needs Linux with unshare and ip, and root, or user namespaces for others (kernel.apparmor_restrict_unprivileged_userns=0).`,
      ),
    ),
  );
  return promise;
}

const inside = `
import { spawn } from 'node:child_process';
import { connect, createServer } from 'node:net';
import { createInterface } from 'node:readline';
for (const port of process.argv.slice(2)) {
  const server = createServer((socket) => {
    const out = connect(\`\${port}.sock\`);
    socket.pipe(out).pipe(socket);
    socket.on('error', () => out.destroy());
    out.on('error', () => socket.destroy());
  });
  await new Promise((resolve) => server.listen(Number(port), '127.0.0.1', resolve));
}
console.log('up');
const lines = createInterface({ input: process.stdin });
lines.on('line', (line) => {
  const { id, command, args, env, cwd } = JSON.parse(line);
  const child = spawn(command, args, { env, cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => (stdout += chunk));
  child.stderr.on('data', (chunk) => (stderr += chunk));
  const end = (code) => console.log(JSON.stringify({ id, code, stdout, stderr }));
  child.once('error', (error) => ((stderr += error.message), end(127)));
  child.once('close', end);
});
lines.once('close', () => process.exit(0));
`;
