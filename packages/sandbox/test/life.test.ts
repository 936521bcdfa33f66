import { execFile, execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { attach, down, list, status, up } from '../src/index.ts';
import { eventually } from './helpers.ts';

const run = promisify(execFile);
const cli = fileURLToPath(new URL('../src/cli.ts', import.meta.url));
const index = new URL('../src/index.ts', import.meta.url).href;

/** Process ids of the programs of a sandbox, which all carry its folder in their arguments. */
function processesOf(folder: string): string[] {
  const lines = execFileSync('ps', ['-eo', 'pid=,args='], { encoding: 'utf8' }).split('\n');
  return lines.filter((line) => line.includes(folder)).map((line) => line.trim().split(' ')[0] ?? '');
}

async function goneWith(folder: string): Promise<void> {
  await eventually(async () => processesOf(folder).length === 0);
}

/** A process that brings up a sandbox of that name and stays; resolves when it is up. */
async function startOwner(name: string): Promise<ChildProcess> {
  const script = `const { up } = await import(${JSON.stringify(index)}); await up({ name: ${JSON.stringify(name)} }); console.log('up'); setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (child.stdout === null) throw new Error('no pipe');
  for await (const line of createInterface({ input: child.stdout })) if (line === 'up') break;
  return child;
}

describe('the life of a sandbox', () => {
  const home = mkdtempSync(join(tmpdir(), 'sandbox-life-'));
  const before = process.env['XDG_STATE_HOME'];

  beforeAll(() => {
    process.env['XDG_STATE_HOME'] = home;
  });

  afterAll(() => {
    if (before === undefined) delete process.env['XDG_STATE_HOME'];
    else process.env['XDG_STATE_HOME'] = before;
    rmSync(home, { recursive: true, force: true });
  });

  it('comes up, twice side by side, and leaves no process and no file when it is taken down', async () => {
    const [one, other] = await Promise.all([
      up({ registry: { auth: 'basic', tls: true } }),
      up({ nodes: { count: 1, capacity: { cpu: '2' } } }),
    ]);
    expect(list().map(({ name, state }) => [name, state])).toEqual(
      [one.name, other.name].toSorted().map((name) => [name, 'ready']),
    );
    const sizes = await Promise.all(
      [one, other].map(async ({ api }) => (await api.list('/api/v1/nodes')).items.length),
    );
    expect(sizes).toEqual([3, 1]);
    expect((await attach(one.name).api.list('/api/v1/nodes')).items).toHaveLength(3);
    expect(processesOf(one.folder).length).toBeGreaterThan(5);
    await expect(up({ name: one.name })).rejects.toMatchObject({ code: 'SANDBOX_NAME_TAKEN' });
    await one.down();
    expect(processesOf(one.folder)).toEqual([]);
    expect(existsSync(one.folder)).toBe(false);
    expect(status(one.name)).toBeUndefined();
    expect(() => attach(one.name)).toThrow(`no sandbox named ${one.name} is up`);
    expect((await other.api.list('/api/v1/nodes')).items).toHaveLength(1);
    await other.down();
    expect(processesOf(other.folder)).toEqual([]);
    expect(await down(other.name)).toBe(false);
  });

  it('a registry with Basic login over TLS refuses without and accepts with', async () => {
    const sandbox = await up({ registry: { auth: 'basic', tls: true } });
    const { host, username, password, caFile } = sandbox.registry;
    const environment = { ...process.env, HELM_REGISTRY_CONFIG: join(home, 'login.json') };
    const login = async (secret: string): Promise<number | null> => {
      const args = ['registry', 'login', host, '--ca-file', caFile ?? '', '--username', username, '--password-stdin'];
      const child = spawn(sandbox.bin.helm3, args, { stdio: ['pipe', 'ignore', 'ignore'], env: environment });
      child.stdin.end(secret);
      return new Promise((resolve) => child.once('close', resolve));
    };
    expect(await login('wrong')).not.toBe(0);
    expect(await login(password)).toBe(0);
    await sandbox.down();
  });

  it('ends with its owner, even one that is killed', async () => {
    const owner = await startOwner('owned');
    const { folder } = attach('owned');
    expect(processesOf(folder).length).toBeGreaterThan(5);
    owner.kill('SIGKILL');
    await goneWith(folder);
    await eventually(async () => !existsSync(folder));
  });

  it('a killed attendant takes the programs with it, and what it left is swept', async () => {
    const sandbox = await up({ name: 'orphan' });
    const pid = status('orphan')?.pid ?? 0;
    process.kill(pid, 'SIGKILL');
    await goneWith(sandbox.folder);
    expect(existsSync(sandbox.folder)).toBe(true);
    expect(list()).toEqual([]);
    expect(existsSync(sandbox.folder)).toBe(false);
  });

  it('interrupted while it comes up, leaves nothing', async () => {
    const child = spawn(process.execPath, [cli, 'up', '--name', 'early'], { stdio: ['ignore', 'ignore', 'pipe'] });
    for await (const line of createInterface({ input: child.stderr })) if (line.includes('API server')) break;
    const folder = join(home, 'liftlock', 'sandboxes', 'early');
    expect(processesOf(folder).length).toBeGreaterThan(0);
    child.kill('SIGINT');
    await goneWith(folder);
    await eventually(async () => !existsSync(folder));
  });

  it('from the command line it outlives the command, until down', async () => {
    const { stdout } = await run(process.execPath, [cli, 'up', '--name', 'lasting']);
    const kubeconfig = stdout.trim().replace('export KUBECONFIG=', '');
    expect(existsSync(kubeconfig)).toBe(true);
    const shown: unknown = JSON.parse((await run(process.execPath, [cli, 'status', '--name', 'lasting'])).stdout);
    expect(shown).toMatchObject([{ name: 'lasting', state: 'ready' }]);
    await run(process.execPath, [cli, 'down', '--name', 'lasting']);
    expect(processesOf(dirname(kubeconfig))).toEqual([]);
    expect(list()).toEqual([]);
  });

  it('a folder that no process owns is swept', () => {
    const folder = join(home, 'liftlock', 'sandboxes', 'stale');
    mkdirSync(folder, { recursive: true });
    // This process has that id, and did not begin then: the id was given away again.
    writeFileSync(join(folder, 'attendant.json'), JSON.stringify({ pid: process.pid, began: 'long ago' }));
    expect(list()).toEqual([]);
    expect(existsSync(folder)).toBe(false);
  });
});
