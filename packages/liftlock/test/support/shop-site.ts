import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { World } from '../corpus/world.ts';

type Keys = Readonly<Record<string, unknown>>;

/** What one test's platform and site have besides what all have. */
export interface ShopSite {
  /** Name of the platform, and of the repository that its chart lies in. */
  readonly name: string;
  readonly component?: Keys | undefined;
  readonly platform?: Keys | undefined;
  readonly site?: Keys | undefined;
}

/** Writes definition, site and password of a platform of one component, `shop`, into the world's folder. JSON is YAML. */
export async function writeShopSite(
  { namespace, folder, sandbox }: Pick<World, 'namespace' | 'folder' | 'sandbox'>,
  { name, component, platform: definition, site: more }: ShopSite,
): Promise<void> {
  const { host, scheme, username, password, caFile } = sandbox.registry;
  const apiVersion = 'liftlock.dev/v1alpha1';
  const platform = {
    apiVersion,
    kind: 'Platform',
    metadata: { name, title: `${name.slice(0, 1).toUpperCase()}${name.slice(1)}`, guide: { title: 'none' } },
    tools: { helm: '>=3.14.0' },
    namespace,
    registry: { host, login: { username } },
    components: [
      {
        name: 'shop',
        title: 'Shop',
        release: 'shop',
        chart: { oci: `oci://${host}/${name}/${namespace}/shop` },
        values: { files: ['values.yaml'] },
        timeout: '60s',
        ...component,
      },
    ],
    ...definition,
  };
  const site = {
    apiVersion,
    kind: 'Site',
    metadata: { name: namespace },
    platform: './platform.yaml',
    namespace,
    cluster: { kubeconfig: sandbox.kubeconfig },
    valuesFrom: '.',
    credentials: { registry: { username, passwordFile: './password', plainHttp: scheme === 'http', caFile } },
    ...more,
  };
  await writeFile(join(folder, 'password'), password, { mode: 0o600 });
  await writeFile(join(folder, 'platform.yaml'), JSON.stringify(platform));
  await writeFile(join(folder, 'site.yaml'), JSON.stringify(site));
}
