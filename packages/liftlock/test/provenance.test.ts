import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findHelm } from '../src/adapters/helm/helm-runner.ts';
import { makeHttpClient } from '../src/adapters/http/http-client.ts';
import { makeChartFolder } from '../src/adapters/registry/chart-folder.ts';
import { makeRegistry } from '../src/adapters/registry/registry.ts';
import { verifiedCharts } from '../src/main/verified-charts.ts';
import { digestOf } from '../src/model/digest.ts';
import type { Registry } from '../src/model/ports.ts';
import { Redactor } from '../src/model/redaction.ts';
import { close, helmBinary, listen, packChart, startRegistry, type RegistryServer } from './registry-server.ts';
import { openOneRelease } from './support/one-release.ts';
import { sharedSandbox } from './support/stage.ts';

// Signed once with `helm package --sign`; the private keys were thrown away.
const fixtures = fileURLToPath(new URL('fixtures/provenance/', import.meta.url));
const archive = join(fixtures, 'demo-1.0.0.tgz');
const keyring = join(fixtures, 'keyring.gpg');
const http = makeHttpClient({ env: {} });

let folder: string;
let oci: RegistryServer;
let files: Server;
let repository: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'liftlock-test-'));
  oci = await startRegistry('basic');
  await oci.push(archive, 'signed');
  await packChart(folder, 'demo', '1.0.0');
  await oci.push(join(folder, 'demo-1.0.0.tgz'), 'unsigned');
  const digest = digestOf(readFileSync(archive)).slice('sha256:'.length);
  const index = JSON.stringify({
    apiVersion: 'v1',
    entries: { demo: [{ name: 'demo', version: '1.0.0', digest, urls: ['demo-1.0.0.tgz'] }] },
  });
  files = createServer(({ url = '' }, response) => {
    const name = basename(url);
    if (name === 'index.yaml') return response.end(index);
    if (readdirSync(fixtures).includes(name) && !(url.startsWith('/bare/') && name.endsWith('.prov')))
      return response.end(readFileSync(join(fixtures, name)));
    return response.writeHead(404).end();
  });
  repository = `http://${await listen(files)}`;
});
afterAll(async () => {
  http.close();
  await close(files);
  await oci.close();
  rmSync(folder, { recursive: true, force: true });
});

function registries(): Registry {
  return makeRegistry({
    credentials: { loginFor: async () => ({ username: 'tester', password: 'canary-registry-password' }) },
    request: (request) => http.request(request),
    clock: { now: () => new Date(), sleep: async () => undefined },
    redactor: new Redactor(),
    cacheFolder: mkdtempSync(join(folder, 'cache-')),
    mirrors: [],
    plainHttp: true,
  });
}

function laid(provenance: string): Registry {
  const place = mkdtempSync(join(folder, 'charts-'));
  copyFileSync(archive, join(place, 'vendor-named-it-otherwise.tgz'));
  writeFileSync(join(place, 'vendor-named-it-otherwise.tgz.prov'), provenance);
  return { ...registries(), ...makeChartFolder(place) };
}

describe.each([3, 4] as const)('helm %i', (major) => {
  async function pulled(registry: Registry, reference: string, keys = keyring): Promise<string> {
    const helm = await findHelm({ flag: await helmBinary(major), env: {} });
    const place = join(folder, `verify-${major}`);
    const charts = verifiedCharts(registry, { helm, keyring: keys, folder: place });
    try {
      const digest = await charts.resolve(reference, '1.0.0');
      await charts.pull(reference, digest);
      return 'verified';
    } catch (error) {
      return error instanceof Error && 'code' in error ? `${String(error.code)}: ${error.message}` : String(error);
    } finally {
      mkdirSync(place, { recursive: true });
      expect(readdirSync(place)).toEqual([]);
    }
  }

  test('X02: charts of a registry, of a repository and of a folder are verified by whoever has signed them', async () => {
    expect(await pulled(registries(), `oci://${oci.host}/signed/demo`)).toBe('verified');
    expect(await pulled(registries(), `${repository}/demo`)).toBe('verified');
    expect(await pulled(laid(readFileSync(`${archive}.prov`, 'utf8')), `oci://vendor.example/demo`)).toBe('verified');
  });

  test('X02: no provenance, a stranger as signer, a changed file, no keyring: CHART_NOT_VERIFIED with the reason', async () => {
    const signed = readFileSync(`${archive}.prov`, 'utf8');
    const refused = {
      'it has no provenance file': () => pulled(registries(), `oci://${oci.host}/unsigned/demo`),
      'has no provenance file': () => pulled(registries(), `${repository}/bare/demo`),
      'signature made by unknown entity': () =>
        pulled(registries(), `oci://${oci.host}/signed/demo`, join(fixtures, 'other-keyring.gpg')),
      'invalid signature': () =>
        pulled(laid(signed.replace('version: 1.0.0', 'version: 1.0.1')), 'oci://v.example/demo'),
      'there is no keyring at': () => pulled(registries(), `oci://${oci.host}/signed/demo`, join(folder, 'none.gpg')),
      'helm verify says': () => pulled(laid('not signed at all\n'), 'oci://v.example/demo'),
    };
    for (const [why, pull] of Object.entries(refused)) {
      const said = await pull();
      expect(said).toMatch(/^CHART_NOT_VERIFIED: /);
      expect(said).toContain(why);
    }
  });
});

test('X02: a chart that nobody has signed stops plan and apply of a site that asks, before anything is written', async () => {
  const objects = [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'shop' }, data: { a: '1' } }];
  const one = await openOneRelease(sharedSandbox(), {
    name: 'provenance',
    helm: 'helm4',
    before: objects,
    after: objects,
    site: { verifyCharts: { keyring } },
  });
  try {
    for (const command of ['plan', 'apply'] as const) {
      const words = command === 'apply' ? ['--yes'] : [];
      const outcome = await one.operator.run(command, '-f', 'site.yaml', '--version', '2.0.0', ...words);
      expect(outcome.stderr).toContain('CHART_NOT_VERIFIED');
      expect(outcome.stderr).toContain('Nothing was changed in the cluster.');
      expect(outcome.code).toBe(3);
    }
    expect(await one.writes()).toEqual([]);
  } finally {
    await one.close();
  }
});
