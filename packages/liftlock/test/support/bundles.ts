import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { RegistryLogin } from '../../src/model/ports.ts';
import { helmBinary, type RegistryServer } from '../registry-server.ts';
import { imagesAt, pushImage, someLayer } from './images.ts';

const run = promisify(execFile);

/** What the registries of these tests accept. */
export const tester: RegistryLogin = { username: 'tester', password: 'canary-registry-password' };

/** Digests of the images of the stand-in platform, by their name without host. */
export type Images = Readonly<Record<string, string>>;

/**
 * Pushes the images of the stand-in `shop`: two versions of `web` for two platforms with a layer in common, and one each for the
 * init container, the hook, the custom resource, an extra of the definition, and what the user's values turn on.
 */
export async function pushShopImages(host: string, login: RegistryLogin | undefined): Promise<Images> {
  const images = imagesAt(host, login);
  const base = someLayer(300_000);
  const both = ['linux/amd64', 'linux/arm64'];
  const entries: [string, string][] = [];
  for (const name of ['team/web:1.5.0', 'team/web:2.0.0'])
    entries.push([name, await pushImage(images, host, name, [base, someLayer(20_000)], both)]);
  for (const name of ['team/init:1', 'team/migrate:2.0.0', 'other/operand:7', 'other/extra:3', 'team/search:1'])
    entries.push([name, await pushImage(images, host, name, [base, someLayer(5_000)])]);
  return Object.fromEntries(entries);
}

/** Packs the chart of one version with the real helm. Its images stand below `registry`. */
export async function packShop(
  folder: string,
  version: string,
  registry: string,
  objects = shopObjects,
): Promise<string> {
  const place = await mkdtemp(join(folder, 'chart-'));
  const chart = join(place, 'shop');
  await mkdir(join(chart, 'templates'), { recursive: true });
  await writeFile(join(chart, 'Chart.yaml'), JSON.stringify({ apiVersion: 'v2', name: 'shop', version }));
  await writeFile(join(chart, 'values.yaml'), JSON.stringify({ registry, search: { enabled: false } }));
  await writeFile(join(chart, 'templates', 'all.yaml'), objects(version));
  const env = { PATH: process.env['PATH'], HELM_CACHE_HOME: place, HELM_CONFIG_HOME: place, HELM_DATA_HOME: place };
  await run(await helmBinary(3), ['package', chart, '--destination', folder], { env });
  return join(folder, `shop-${version}.tgz`);
}

function shopObjects(version: string): string {
  const pod = (main: string, init: string) =>
    `{template: {metadata: {labels: {app: web}}, spec: {restartPolicy: RESTART, initContainers: [{name: init, image: "{{ .Values.registry }}/${init}"}], containers: [{name: main, image: "{{ .Values.registry }}/${main}"}]}}, SELECTOR}`;
  const deployment = (name: string, image: string) =>
    [
      'apiVersion: apps/v1',
      'kind: Deployment',
      `metadata: {name: ${name}}`,
      `spec: ${pod(image, 'team/init:1').replace('RESTART', 'Always').replace('SELECTOR', 'selector: {matchLabels: {app: web}}')}`,
    ].join('\n');
  return [
    deployment('web', `team/web:${version}`),
    version === '2.0.0'
      ? `apiVersion: batch/v1\nkind: Job\nmetadata: {name: migrate, annotations: {helm.sh/hook: pre-upgrade}}\nspec: ${pod('team/migrate:2.0.0', 'team/init:1').replace('RESTART', 'Never').replace(', SELECTOR', '')}`
      : '',
    'apiVersion: example.com/v1\nkind: Search\nmetadata: {name: search}\nspec: {image: "{{ .Values.registry }}/other/operand:7"}',
    `{{ if .Values.search.enabled }}\n${deployment('search', 'team/search:1')}\n{{ end }}`,
  ].join('\n---\n');
}

/** Writes definition, values, password and site of the stand-in, whose charts lie in a registry. */
export async function writeShopSite(
  folder: string,
  registry: Pick<RegistryServer, 'host'>,
  site: object = {},
): Promise<string> {
  const { host } = registry;
  const platform = {
    apiVersion: 'liftlock.dev/v1alpha1',
    kind: 'Platform',
    metadata: { name: 'shop', title: 'Shop', guide: { title: 'none' } },
    tools: { helm: '>=3.14.0' },
    namespace: 'shop',
    registry: { host, login: { username: tester.username } },
    routes: [{ kind: 'stop', versions: '1.5.x', source: 'this test' }],
    components: [
      {
        name: 'shop',
        title: 'Shop',
        release: 'shop',
        chart: { oci: `oci://${host}/charts/shop` },
        values: { files: ['values.yaml'] },
        timeout: '60s',
        images: [`${host}/other/extra:3`],
      },
    ],
  };
  const whole = {
    apiVersion: 'liftlock.dev/v1alpha1',
    kind: 'Site',
    metadata: { name: 'shop' },
    platform: './platform.yaml',
    valuesFrom: '.',
    stops: ['1.5.0'],
    credentials: { registry: { username: tester.username, passwordFile: './password', plainHttp: true } },
    ...site,
  };
  await writeFile(join(folder, 'password'), tester.password, { mode: 0o600 });
  await writeFile(join(folder, 'values.yaml'), JSON.stringify({ search: { enabled: true } }));
  await writeFile(join(folder, 'platform.yaml'), JSON.stringify(platform));
  await writeFile(join(folder, 'site.yaml'), JSON.stringify(whole));
  return join(folder, 'site.yaml');
}
