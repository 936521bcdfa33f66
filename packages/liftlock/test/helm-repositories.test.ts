import { execFile } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeHelmRepositories } from '../src/adapters/helm/helm-repositories.ts';
import { openRunFolder } from '../src/adapters/files/run-folder.ts';
import { repositoryFindings } from '../src/findings/rules/chart-repositories.ts';
import { Redactor } from '../src/model/redaction.ts';
import type { HelmRepoStep } from '../src/model/step.ts';
import { helmRepoStep } from '../src/plan/steps/helm-repo.ts';
import { helmRepo } from '../src/run/steps/helm-repo.ts';
import type { World } from '../src/run/world.ts';
import { sharedSandbox } from './support/stage.ts';
import { filesBelow } from './support/sweep.ts';

const password = 'canary-repository-77ab01';
const credentials = `Basic ${Buffer.from(`someone:${password}`).toString('base64')}`;

let folder: string;
let server: Server;
let open: string;
let closed: string;
let env: Record<string, string>;
let redactor: Redactor;
let world: World;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'repositories-'));
  server = createServer(({ url = '', headers }, response) => {
    response.statusCode = url.startsWith('/closed') && headers.authorization !== credentials ? 401 : 200;
    response.end('apiVersion: v1\nentries: {}\n');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  open = `http://127.0.0.1:${port}/open`;
  closed = `http://127.0.0.1:${port}/closed`;
  env = { HOME: folder, PATH: process.env['PATH'] ?? '' };
  redactor = new Redactor();
  world = {
    repositories: repositories(),
    folder: await openRunFolder(join(folder, 'run'), redactor),
  } as unknown as World;
});
afterEach(async () => {
  server.close();
  await rm(folder, { recursive: true, force: true });
});

function repositories() {
  const { bin } = sharedSandbox();
  const login = { username: 'someone', password };
  return makeHelmRepositories({ helm: { path: bin.helm3 }, env, redactor, loginFor: async () => login });
}

function stepTo(url: string, replaces = false): HelmRepoStep {
  return helmRepoStep({ name: 'vendor', url, source: url, replaces });
}

async function take(step: HelmRepoStep): Promise<string> {
  await helmRepo.act(step, world, {} as never);
  return (await helmRepo.confirm(step, world, {} as never)).note;
}

/** Files below the operator's home that hold the password. */
async function holders(): Promise<readonly string[]> {
  const files = await filesBelow(folder);
  const texts = await Promise.all(files.map(async (file) => [file, await readFile(file, 'utf8')] as const));
  return texts.filter(([, text]) => text.includes(password)).map(([file]) => file);
}

test('O9: helm gets no login; where the repository wants one, the note has the command', async () => {
  expect(await take(stepTo(open))).toBe(`helm knows vendor as ${open}`);
  const guarded = { ...stepTo(closed), name: 'guarded', command: ['helm', 'repo', 'add', 'guarded', closed] };
  expect(await take(guarded)).toContain(`helm repo add guarded ${closed} --username USER --password-stdin`);
  expect(await world.repositories.list()).toEqual([{ name: 'vendor', url: open }]);
  expect(await holders()).toEqual([]);
});

test('O9: an entry is replaced only after it was kept with its login, for the owner alone', async () => {
  const address = closed.replace('//', `//someone:${password}@`);
  const { bin } = sharedSandbox();
  await promisify(execFile)(bin.helm3, ['repo', 'add', 'vendor', address], { env });
  const listed = await world.repositories.list();
  expect(listed).toEqual([{ name: 'vendor', url: closed }]);
  expect(redactor.text(address)).not.toContain(password);
  const { note } = await helmRepo.observe(stepTo(open, true), world, {} as never);
  expect(note).toBe(`vendor is ${closed}`);
  expect(await take(stepTo(open, true))).toBe(
    `helm knows vendor as ${open}; the former entry: backup/repository-vendor.yaml`,
  );
  const backup = join(folder, 'run', 'backup', 'repository-vendor.yaml');
  expect(await holders()).toEqual([backup]);
  expect((await stat(backup)).mode & 0o777).toBe(0o600);
});

test('D02 O9: another address is told without its login, and letting it go is called destructive', () => {
  const secret = `https://someone:${password}@charts.example.org`;
  const component = { name: 'vendor', chart: { repo: secret.replace('.org', '.net'), name: 'vendor' } };
  const found = repositoryFindings({
    platform: { components: [component] },
    snapshot: { components: [], repositories: [{ name: 'vendor', url: secret }] },
    selected: ['vendor'],
  } as never);
  expect(found).toMatchObject([{ code: 'REPO_ADDRESS_DIFFERS', remedies: [{ destructive: true }] }]);
  expect(JSON.stringify(found)).not.toContain(password);
});
