import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { CorpusCase } from './corpus/case.ts';
import { openWorld, type World } from './corpus/world.ts';
import { helmBinary, startRegistry, type RegistryServer } from './registry-server.ts';
import { packShop, tester, writeShopSite } from './support/bundles.ts';
import { openClosedSide, type ClosedSide } from './support/closed-side.ts';
import { imagesAt, pushImage, someLayer } from './support/images.ts';
import { makeOperator, type Operator, type Outcome } from './support/liftlock.ts';
import { sharedSandbox } from './support/stage.ts';

const sandbox = sharedSandbox();
let world: World;
/** What the vendor has, on the connected side. */
let vendor: RegistryServer;
/** What the closed side has. */
let own: RegistryServer;
let operator: Operator;
let closed: ClosedSide;
let folder: string;
/** Digests of the images by name. */
const images: Record<string, string> = {};
const authorization = `Basic ${Buffer.from(`${tester.username}:${tester.password}`).toString('base64')}`;

function portOf(address: string): number {
  return Number(address.slice(address.lastIndexOf(':') + 1));
}

function objects(version: string): string {
  return JSON.stringify({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web' },
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: 'web' } },
      template: {
        metadata: { labels: { app: 'web' } },
        spec: {
          terminationGracePeriodSeconds: 0,
          initContainers: [{ name: 'init', image: '{{ .Values.registry }}/team/init:1' }],
          containers: [{ name: 'main', image: `{{ .Values.registry }}/team/web:${version}` }],
        },
      },
    },
  });
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'll-gap-'));
  world = await openWorld(sandbox, { name: 'air-gap' } as CorpusCase, 'helm3');
  [vendor, own] = await Promise.all([startRegistry('token'), startRegistry('basic')]);
  const client = imagesAt(vendor.host, tester);
  for (const name of ['team/web:1.5.0', 'team/web:2.0.0', 'team/init:1'])
    images[name] = await pushImage(client, vendor.host, name, [someLayer(5_000)]);
  for (const version of ['1.5.0', '2.0.0'])
    await vendor.push(await packShop(folder, version, vendor.host, objects), 'charts');
  const old = await packShop(folder, '1.0.0', `${own.host}/private`, objects);
  const installed = await world.helm('helm3', 'install', 'shop', old);
  if (installed.code !== 0) throw new Error(installed.stderr);
  operator = await makeOperator({ helm: await helmBinary(3), cwd: folder });

  await writeShopSite(folder, vendor);
  await writeFile(join(folder, 'values.yaml'), JSON.stringify({ registry: `${own.host}/private` }));
  const platform = JSON.parse(await readFile(join(folder, 'platform.yaml'), 'utf8')) as {
    namespace: string;
    components: { images?: string[] }[];
  };
  for (const component of platform.components) delete component.images;
  await writeFile(join(folder, 'platform.yaml'), JSON.stringify({ ...platform, namespace: world.namespace }));
  const site = JSON.parse(await readFile(join(folder, 'site.yaml'), 'utf8')) as object;
  await writeFile(
    join(folder, 'closed.yaml'),
    JSON.stringify({
      ...site,
      charts: './charts',
      mirrors: [{ from: `oci://${vendor.host}`, to: `oci://${own.host}/private` }],
      cluster: { kubeconfig: sandbox.kubeconfig },
      graces: { minReady: '1s' },
    }),
  );
  // Nobody over there has a helm: PATH is of the system alone, and LIFTLOCK_HELM is not set.
  const { LIFTLOCK_HELM: _helm, ...environment } = operator.environment;
  closed = await openClosedSide({
    folder,
    ports: [portOf(sandbox.server), portOf(own.host)],
    environment: { ...environment, PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
  });
});
afterAll(async () => {
  await closed.close();
  await Promise.all([vendor.close(), own.close(), world.close()]);
  await operator.close();
  await rm(folder, { recursive: true, force: true });
});

interface Planned {
  readonly route: readonly { readonly from: string; readonly to: string }[];
  readonly steps: readonly {
    readonly kind: string;
    readonly guideCommand?: readonly string[];
    readonly images?: readonly { readonly image: string }[];
  }[];
  readonly forecast: { readonly findings: readonly { readonly code: string; readonly message: string }[] };
}

async function plan(): Promise<Planned & { readonly code: number | null }> {
  const outcome = await closed.liftlock('plan', '-f', 'closed.yaml', '--version', '2.0.0', '-o', 'json');
  if (!outcome.stdout.startsWith('{')) throw new Error(`no plan: ${outcome.stderr}`);
  return { ...(JSON.parse(outcome.stdout) as Planned), code: outcome.code };
}

function load(...more: readonly string[]): Promise<Outcome> {
  return closed.liftlock('bundle', 'load', 'bundle.tar', '-f', 'closed.yaml', ...more);
}

test('R02, R05, R20: a namespace that reaches the API server and its own registry alone loads, plans and upgrades over two hops', async () => {
  const site = join(folder, 'site.yaml');
  const origin = ['--image-source', `${own.host}/private=${vendor.host}`];
  // The installed version is read from the cluster, which this machine still reaches.
  const way = ['--kubeconfig', sandbox.kubeconfig, '--to', '2.0.0', ...origin, '--out', join(folder, 'bundle.tar')];
  const made = await operator.run('bundle', 'create', '-f', site, ...way);
  expect(made.code, made.stdout + made.stderr).toBe(0);
  vendor.seen.length = 0;

  const links = await closed.program('ip', '-o', 'link');
  expect(links.stdout.trim().split('\n')).toHaveLength(1);
  const reach = (host: string, port: number) =>
    closed.program(
      process.execPath,
      '-e',
      `require('net').connect(${port}, '${host}').on('error', (e) => console.log(e.code)).on('connect', () => { console.log('open'); process.exit(); })`,
    );
  expect((await reach('127.0.0.1', portOf(vendor.host))).stdout.trim()).toBe('ECONNREFUSED');
  expect((await reach('192.0.2.1', 443)).stdout.trim()).toBe('ENETUNREACH');
  expect((await reach('127.0.0.1', portOf(own.host))).stdout.trim()).toBe('open');

  // A disk that is too small is told before anything is written, by a real one.
  const tiny = join(folder, 'tiny');
  await closed.program('mkdir', tiny);
  const mounted = await closed.program('mount', '-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', tiny);
  expect(mounted.code, mounted.stderr).toBe(0);
  const small = await load('--no-images', '--into', tiny);
  expect([small.code, small.stderr.replaceAll(/\s+/g, ' ')]).toEqual([3, expect.stringContaining('has room for')]);
  expect((await closed.program('ls', '-A', tiny)).stdout).toBe('');

  const loaded = await load();
  expect(loaded.code, loaded.stdout + loaded.stderr).toBe(0);
  // One image of the last hop is lost: it is named before the first hop begins, and the same call brings it back.
  const web = `/v2/private/team/web/manifests/`;
  await fetch(`http://${own.host}${web}${images['team/web:2.0.0']}`, { method: 'DELETE', headers: { authorization } });
  const lacking = await plan();
  const told = lacking.forecast.findings.map(({ message }) => message).join('\n');
  expect([lacking.code, told]).toEqual([3, expect.stringContaining('/private/team/web:2.0.0 does not exist')]);
  expect((await load()).stdout).toContain('3 images, 2 of them there already; 0 blobs sent');
  const seen = await plan();
  expect(seen.code).toBe(0);
  expect(seen.route.map(({ to }) => to)).toEqual(['1.5.0', '2.0.0']);
  const kinds = seen.steps.map(({ kind }) => kind);
  const proven = seen.steps.flatMap((step) => step.images ?? []).map(({ image }) => image);
  expect(proven.toSorted()).toEqual(
    Object.keys(images)
      .map((name) => `${own.host}/private/${name}`)
      .toSorted(),
  );
  expect(kinds).not.toContain('helm-repo');
  // What the nodes can pull is proven by the nodes, before the first write to the platform (O25).
  expect(kinds.indexOf('prove-images')).toBeGreaterThanOrEqual(0);
  expect(kinds.indexOf('prove-images')).toBeLessThan(kinds.indexOf('helm-upgrade'));
  expect(seen.steps.find(({ kind }) => kind === 'helm-upgrade')?.guideCommand).toContain('shop-1.5.0.tgz');

  const applied = await closed.liftlock('apply', '-f', 'closed.yaml', '--version', '2.0.0', '--yes');
  expect(applied.code, applied.stdout + applied.stderr).toBe(0);
  const deployment = await world.find('apps/v1', 'Deployment', 'web');
  expect(JSON.stringify(deployment)).toContain(`${own.host}/private/team/web:2.0.0`);
  const history = await world.helm('helm3', 'history', 'shop', '-o', 'json');
  expect((JSON.parse(history.stdout) as { chart: string }[]).map(({ chart }) => chart)).toEqual([
    'shop-1.0.0',
    'shop-1.5.0',
    'shop-2.0.0',
  ]);
  // Not one question went to the vendor.
  expect(vendor.seen).toEqual([]);
});
