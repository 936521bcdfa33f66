import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { helmBinary, packChart, startRegistry, type RegistryServer } from './registry-server.ts';
import { openCrane, type Crane } from './support/crane.ts';
import { imagesAt, pushImage, someLayer } from './support/images.ts';
import { makeOperator, type Operator, type Outcome } from './support/liftlock.ts';

const run = promisify(execFile);
const version = '2.19.11';
const announced = `runai-air-gapped-${version}.tar.gz`;
let folder: string;
let vendor: RegistryServer;
let registry: RegistryServer;
let operator: Operator;
let crane: Crane;
let closeCrane: () => Promise<void>;

/** An archive as the vendor's pages describe it: charts in a folder, a helm, images as docker and crane save them. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'liftlock-vendor-'));
  [vendor, registry] = await Promise.all([startRegistry('none'), startRegistry('none')]);
  ({ crane, close: closeCrane } = await openCrane({}));
  const images = imagesAt(vendor.host, undefined);
  for (const name of ['vendor/backend:1', 'vendor/worker:2'])
    await pushImage(images, vendor.host, name, [someLayer(3_000)]);
  const content = join(folder, 'content');
  await mkdir(join(content, 'images'), { recursive: true });
  const chart = await packChart(folder, 'control-plane', version);
  await mkdir(join(content, 'chart'));
  await copyFile(chart, join(content, 'chart', `control-plane-${version}.tgz`));
  await copyFile(await helmBinary(3), join(content, 'helm'));
  await writeFile(join(content, 'setup.sh'), '#!/bin/sh\n');
  await crane('pull', `${vendor.host}/vendor/backend:1`, join(content, 'images', 'backend.tar'));
  await crane('pull', `${vendor.host}/vendor/worker:2`, join(content, 'worker.tar'));
  await run('gzip', [join(content, 'worker.tar')]);
  // Quick: what is packed here is thrown away in a minute.
  await run('tar', ['-I', 'gzip -1', '-cf', join(folder, announced), '-C', content, '.']);
  const platform = {
    apiVersion: 'liftlock.dev/v1alpha1',
    kind: 'Platform',
    metadata: { name: 'closed', title: 'Closed', guide: { title: 'none' } },
    tools: { helm: '>=3.14.0' },
    namespace: 'closed',
    components: [
      {
        name: 'control-plane',
        title: 'Control plane',
        release: 'control-plane',
        timeout: '60s',
        chart: { repo: 'https://charts.example/prod', name: 'control-plane', archive: 'control-plane-{version}.tgz' },
        values: { carry: 'exported', file: 'values.yaml' },
      },
    ],
  };
  const site = {
    apiVersion: 'liftlock.dev/v1alpha1',
    kind: 'Site',
    metadata: { name: 'closed' },
    platform: './platform.yaml',
    charts: './charts',
    credentials: { registry: { plainHttp: true } },
  };
  await writeFile(join(folder, 'platform.yaml'), JSON.stringify(platform));
  await writeFile(join(folder, 'site.yaml'), JSON.stringify(site));
  operator = await makeOperator({ helm: await helmBinary(3), cwd: folder });
});
afterAll(async () => {
  await Promise.all([vendor.close(), registry.close(), closeCrane()]);
  await operator.close();
  await rm(folder, { recursive: true, force: true });
});

function load(archive: string, ...more: readonly string[]): Promise<Outcome> {
  const where = ['-f', 'site.yaml', '--registry', `${registry.host}/closed`];
  return operator.run('bundle', 'load', join(folder, archive), ...where, ...more);
}

function writes(): number {
  return registry.seen.filter(({ method }) => method !== 'GET' && method !== 'HEAD').length;
}

test('R04: the wrong version, a damaged gzip and one that is cut off are refused, and nothing is written', async () => {
  registry.seen.length = 0;
  const other = await load(announced, '--to', '2.20.3');
  await copyFile(join(folder, announced), join(folder, 'runai-airgapped-package-2.20.3.tar.gz'));
  const renamed = await load('runai-airgapped-package-2.20.3.tar.gz');
  const bytes = await readFile(join(folder, announced));
  const middle = Math.floor(bytes.length / 2);
  bytes[middle] = (bytes[middle] ?? 0) ^ 4;
  await writeFile(join(folder, `runai-airgapped-package-${version}.tar.gz`), bytes);
  const damaged = await load(`runai-airgapped-package-${version}.tar.gz`);
  await truncate(join(folder, `runai-airgapped-package-${version}.tar.gz`), middle);
  const cut = await load(`runai-airgapped-package-${version}.tar.gz`);
  const told = [other, renamed, damaged, cut].map(
    ({ code, stderr }) => `${String(code)} ${stderr.replaceAll(/\s+/g, ' ')}`,
  );
  expect(told).toEqual([
    expect.stringMatching(/^3 .*is of version 2\.19\.11, and 2\.20\.3 is wanted/),
    expect.stringMatching(/^3 .*by its control-plane-2\.19\.11\.tgz, is of version 2\.19\.11, and 2\.20\.3 is wanted/),
    expect.stringMatching(/^3 .*is damaged or cut off/),
    expect.stringMatching(/^3 .*is damaged or cut off/),
  ]);
  expect(writes()).toBe(0);
  expect(existsSync(join(folder, 'charts'))).toBe(false);
});

test('R02, R04: an archive of the vendor is taken as it is, under both of its names', async () => {
  const loaded = await load(announced, '--to', version);
  expect(loaded.code, loaded.stdout + loaded.stderr).toBe(0);
  expect(readdirSync(join(folder, 'charts')).toSorted()).toEqual(['control-plane-2.19.11.tgz', 'helm', 'loaded.json']);
  expect((await run(join(folder, 'charts', 'helm'), ['version', '--short'])).stdout).toMatch(/^v3/);
  for (const name of ['vendor/backend:1', 'vendor/worker:2']) {
    await crane('validate', '--remote', `${registry.host}/closed/${name}`);
    expect(await crane('config', `${registry.host}/closed/${name}`)).toBe(
      await crane('config', `${vendor.host}/${name}`),
    );
  }
  await copyFile(join(folder, announced), join(folder, `runai-airgapped-package-${version}.tar.gz`));
  registry.seen.length = 0;
  expect((await load(`runai-airgapped-package-${version}.tar.gz`)).code).toBe(0);
  expect(writes()).toBe(0);
  // Nothing of the unpacked archive stays.
  expect(readdirSync(folder).filter((name) => name.startsWith('.unpacked'))).toEqual([]);
});
