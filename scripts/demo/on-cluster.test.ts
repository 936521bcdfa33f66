import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readKubeconfig } from '../../packages/liftlock/src/adapters/cluster/kubeconfig.ts';
import { writeLoneKubeconfig } from './named-cluster.ts';

const demo = fileURLToPath(new URL('../demo.ts', import.meta.url));

let folder: string;
let kubeconfig: string;
let server: Server;
let connections: number;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'liftlock-test-'));
  kubeconfig = join(folder, 'kubeconfig');
  connections = 0;
  server = createServer((socket) => {
    connections += 1;
    socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await writeFile(kubeconfig, JSON.stringify(twoContexts(address)));
});
afterEach(async () => {
  await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true, force: true });
});

function twoContexts(address: string, user: object = {}) {
  return {
    'current-context': 'production',
    contexts: ['kind-play', 'production'].map((name) => ({ name, context: { cluster: name, user: name } })),
    clusters: ['kind-play', 'production'].map((name) => ({
      name,
      cluster: {
        server: address,
        ...(Object.keys(user).length === 0 ? {} : { 'certificate-authority': `${name}.crt` }),
      },
    })),
    users: ['kind-play', 'production'].map((name) => ({ name, user })),
  };
}

function runDemo(...args: readonly string[]): Promise<{ readonly code: number; readonly stderr: string }> {
  const environment = { PATH: process.env['PATH'], HOME: folder, KUBECONFIG: kubeconfig };
  return new Promise((resolve) => {
    execFile(process.execPath, [demo, ...args], { env: environment }, (error, _stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? -1), stderr });
    });
  });
}

test.each([
  ['a name that no context has', ['--context', 'kind-plya'], 'has no context "kind-plya"'],
  ['an empty name', ['--context', ''], 'Which cluster?'],
  ['no name', ['--context'], 'Which cluster?'],
])('%s is refused with the known contexts, and nobody is contacted', async (_title, args, words) => {
  const { code, stderr } = await runDemo(...args);
  expect(stderr).toContain(words);
  expect(stderr).toContain('kind-play, production');
  expect(code).toBe(2);
  expect(connections).toBe(0);
});

test('without any kubeconfig nothing is guessed', async () => {
  kubeconfig = join(folder, 'none');
  const { code, stderr } = await runDemo('--context', 'kind-play');
  expect(stderr).toContain('No cluster is configured');
  expect(code).toBe(2);
});

test('a cluster that does not answer is named before anything is started', async () => {
  const { code, stderr } = await runDemo('--context', 'kind-play');
  expect(connections).toBeGreaterThan(0);
  expect(stderr).toContain('127.0.0.1');
  expect(code).toBe(3);
});

test('what helm and liftlock are given knows the named cluster only, and finds its files from anywhere', async () => {
  const file = join(folder, 'lone-kubeconfig');
  const user = { 'client-key': 'keys/key.pem', exec: { command: './login' } };
  await writeFile(kubeconfig, JSON.stringify(twoContexts('https://127.0.0.1:1', user)));
  await writeLoneKubeconfig(file, readKubeconfig({ kubeconfig, context: 'kind-play', env: {} }));
  const text = await readFile(file, 'utf8');
  expect(text).not.toContain('production');
  expect(JSON.parse(text)).toMatchObject({
    'current-context': 'kind-play',
    contexts: [{ name: 'kind-play' }],
    clusters: [{ cluster: { 'certificate-authority': join(folder, 'kind-play.crt') } }],
    users: [{ user: { 'client-key': join(folder, 'keys/key.pem'), exec: { command: join(folder, 'login') } } }],
  });
  expect((await stat(file)).mode & 0o777).toBe(0o600);
});
