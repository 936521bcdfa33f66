import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ChartTexts } from './case.ts';
import type { World } from './world.ts';

/** Packs a chart and pushes it into the registry; returns the packed file. */
export async function publish(world: World, texts: ChartTexts, version: string): Promise<string> {
  const chart = await world.chart(texts, version);
  const { host, scheme, caFile } = world.sandbox.registry;
  const transport = scheme === 'http' ? ['--plain-http'] : ['--ca-file', caFile ?? ''];
  const archive = join(world.folder, `shop-${version}.tgz`);
  for (const args of [
    ['package', chart, '--destination', world.folder],
    ['push', archive, `oci://${host}/corpus/${world.namespace}`, ...transport],
  ]) {
    const { code, stderr } = await world.helm(world.upgrader, ...args);
    if (code !== 0) throw new Error(`helm ${args[0]}: ${stderr}`);
  }
  return archive;
}

/** What a site says. */
export interface SiteWords {
  /** Components, each a release of its name; all of the one chart that was published. */
  readonly components: readonly string[];
  readonly kubeconfig: string;
  /** The guide's `--force`. */
  readonly force?: boolean | undefined;
}

/** Writes a platform definition and a site.yaml beside it. JSON is YAML. */
export async function writeSite(world: World, { components, kubeconfig, force }: SiteWords): Promise<void> {
  const { namespace, folder, sandbox } = world;
  const { host, scheme, username, password, caFile } = sandbox.registry;
  const component = (name: string) => ({
    name,
    title: name,
    release: name,
    chart: { oci: `oci://${host}/corpus/${namespace}/shop` },
    values: { files: ['values.yaml'] },
    timeout: '60s',
    ...(force === true ? { flags: { force: true } } : {}),
  });
  const apiVersion = 'liftlock.dev/v1alpha1';
  const platform = {
    apiVersion,
    kind: 'Platform',
    metadata: { name: 'corpus', title: 'Corpus', guide: { title: 'none' } },
    tools: { helm: '>=3.14.0' },
    namespace,
    registry: { host, login: { username } },
    components: components.map(component),
  };
  const site = {
    apiVersion,
    kind: 'Site',
    metadata: { name: namespace },
    platform: './platform.yaml',
    namespace,
    cluster: { kubeconfig },
    valuesFrom: '.',
    graces: { minReady: '1s' },
    // Images of the corpus are nowhere; nodes here are simulated and pull none.
    proveImages: 'off',
    credentials: { registry: { username, passwordFile: './password', plainHttp: scheme === 'http', caFile } },
  };
  await writeFile(join(folder, 'password'), password, { mode: 0o600 });
  await writeFile(join(folder, 'platform.yaml'), JSON.stringify(platform));
  await writeFile(join(folder, 'site.yaml'), JSON.stringify(site));
}
