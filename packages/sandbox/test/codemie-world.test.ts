import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { up } from '../src/index.ts';
import type { Sandbox } from '../src/index.ts';
import {
  components,
  decoys,
  installPlatform,
  makeCheckout,
  missingImage,
  publishCharts,
  versions,
} from '../worlds/codemie/index.ts';

const execFileAsync = promisify(execFile);

interface Pod {
  readonly metadata: { readonly name: string };
  readonly status: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

let sandbox: Sandbox;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'codemie-world-'));
  // Two installations: twice what the platform's documented sizes ask of one.
  sandbox = await up({
    nodes: { capacity: { cpu: '16', memory: '64Gi' } },
    registry: { auth: 'token' },
  });
}, 1_800_000);

afterAll(async () => {
  await sandbox?.down();
  await rm(folder, { recursive: true, force: true });
});

async function readPods(namespace: string): Promise<Pod[]> {
  return ((await sandbox.api.get(`/api/v1/namespaces/${namespace}/pods`)) as unknown as { items: Pod[] }).items;
}

async function readReleaseLabels(release: string, namespace: string): Promise<Record<string, string>> {
  const path = `/api/v1/namespaces/${namespace}/secrets/sh.helm.release.v1.${release}.v1`;
  return ((await sandbox.api.get(path)) as unknown as { metadata: { labels: Record<string, string> } }).metadata.labels;
}

test('the charts of three versions are published, each under its digest', async () => {
  const { registry, bin } = sandbox;
  const published = await publishCharts({ helm: bin.helm3, registry, versions, folder: join(folder, 'packed') });
  expect(published).toHaveLength(components.length * versions.length);
  expect(new Set(published.map(({ digest }) => digest)).size).toBe(published.length);
});

test.each([
  { helm: 'helm3', namespace: 'codemie', cloud: 'aws' },
  { helm: 'helm4', namespace: 'codemie-four', cloud: 'azure' },
] as const)('$helm installs the platform and its decoys, all pods ready', async ({ helm, namespace, cloud }) => {
  const checkout = await makeCheckout(join(folder, `checkout-${cloud}`), { fill: true });
  const version = '2.2.4';
  const platform = await installPlatform({ sandbox, helm, version, cloud, checkout, namespace, decoys: true });
  expect(platform.releases.map(({ release }) => release)).toEqual(components.map(({ release }) => release));
  expect(platform.decoys).toHaveLength(decoys.length);
  for (const { release, namespace: place } of [...platform.releases, ...platform.decoys]) {
    expect(await readReleaseLabels(release, place)).toMatchObject({ status: 'deployed', version: '1' });
  }
  const pods = await readPods(namespace);
  expect(pods).toHaveLength(7);
  for (const pod of pods) {
    expect(pod.status.conditions).toContainEqual(expect.objectContaining({ type: 'Ready', status: 'True' }));
  }
});

test('2.2.6 is broken twice: an immutable field, and an image that is nowhere', async () => {
  const upgrade = async (release: string, chart: string): Promise<string> => {
    const file = join(folder, 'packed', `${chart}-2.2.6.tgz`);
    const args = ['upgrade', release, file, '--namespace', 'codemie', '--kubeconfig', sandbox.kubeconfig];
    return (await execFileAsync(sandbox.bin.helm3, [...args, '--output', 'json'])).stdout;
  };
  const service = 'codemie-mcp-connect-service';
  await expect(upgrade(service, service)).rejects.toThrow(/volumeClaimTemplates.*field is immutable/s);
  expect(await upgrade('codemie-api', 'codemie')).toContain(missingImage);
});
