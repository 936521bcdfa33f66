import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { up, type Sandbox } from '@liftlock/sandbox';

const demo = fileURLToPath(new URL('../../../scripts/demo.ts', import.meta.url));

let sandbox: Sandbox;
let folder: string;
let context: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'liftlock-test-'));
  // A cluster of its own: the demo takes the namespace that the platform has by default.
  sandbox = await up();
  const kubeconfig = parse(await readFile(sandbox.kubeconfig, 'utf8')) as { readonly 'current-context': string };
  context = kubeconfig['current-context'];
});
afterAll(async () => {
  await sandbox.down();
  await rm(folder, { recursive: true, force: true });
});

interface Outcome {
  readonly code: number;
  readonly stderr: string;
}

/** The demo as a script would run it: nobody is there to answer. */
function runDemo(): Promise<Outcome> {
  const environment = { ...process.env, TMPDIR: folder, KUBECONFIG: sandbox.kubeconfig, NO_COLOR: '1' };
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [demo, '--context', context],
      { env: environment, maxBuffer: 64 * 2 ** 20 },
      (error, _stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code ?? -1), stderr });
      },
    );
    child.stdin?.end();
  });
}

test('the demo lifts CodeMie on a cluster that is given as a context, keeps it, and then refuses to touch it again', async () => {
  const first = await runDemo();
  expect(first.stderr).toContain('kubectl --context');
  expect(first.stderr).toContain('could not be shown');
  expect(first.code).toBe(0);
  const { stdout } = await promisify(execFile)(sandbox.bin.helm3, [
    'list',
    '-n',
    'codemie',
    '--kubeconfig',
    sandbox.kubeconfig,
    '-o',
    'json',
  ]);
  const releases = JSON.parse(stdout) as readonly { readonly status: string; readonly chart: string }[];
  expect(releases.map(({ status, chart }) => `${status} ${chart}`).toSorted()).toEqual([
    'deployed codemie-2.2.5',
    'deployed codemie-mcp-connect-service-2.2.5',
    'deployed codemie-nats-auth-callout-2.2.5',
    'deployed codemie-ui-2.2.5',
    'deployed mermaid-server-2.2.5',
  ]);
  const before = (await sandbox.audit()).filter(({ verb }) => verb !== 'get' && verb !== 'list').length;
  const second = await runDemo();
  expect(second.stderr).toContain('has a namespace codemie already');
  expect(second.code).toBe(3);
  const writes = (await sandbox.audit()).filter(({ verb }) => verb !== 'get' && verb !== 'list').slice(before);
  expect(writes.filter(({ userAgent }) => /^(liftlock|Helm|helm)/.test(userAgent))).toEqual([]);
}, 400_000);
