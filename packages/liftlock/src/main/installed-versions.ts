import { connectCluster } from '../adapters/cluster/connect.ts';
import type { JsonObject } from '../model/json.ts';
import { compareVersions } from '../model/version.ts';
import { readReleases } from '../release/record.ts';
import type { Described, OpenParts } from './open-site.ts';

/** What a cluster says of the platform's releases, as far as a bundle needs it. */
export interface InstalledPlatform {
  /** The lowest version of any component: where the route begins. Undefined where none is installed. */
  readonly version: string | undefined;
  /** Of the API server, x.y.z. */
  readonly kubernetes: string;
  /** The users' values by component. */
  readonly values: Readonly<Record<string, JsonObject>>;
}

/** Reads helm's records of a site's cluster; nothing is written. Problems: those of connectCluster and of reading. */
export async function installedPlatform(described: Described, parts: OpenParts): Promise<InstalledPlatform> {
  const { site, platform, namespace } = described;
  const { kubeconfig, context } = site.cluster;
  const connection = await connectCluster({ kubeconfig, context, env: parts.environment, redactor: parts.redactor });
  try {
    const { reader } = connection;
    const namespaces = [...new Set(platform.components.map((component) => component.namespace ?? namespace))];
    const [kubernetes, ...records] = await Promise.all([
      reader.version(),
      ...namespaces.map((name) => reader.list(`/api/v1/namespaces/${name}/secrets`, { labelSelector: 'owner=helm' })),
    ]);
    const releases = readReleases(records.flat());
    const found = platform.components.flatMap((component) => {
      const release = releases.find(
        (item) => item.name === component.release && item.namespace === (component.namespace ?? namespace),
      );
      return release === undefined ? [] : [{ component, release }];
    });
    for (const { release } of found) parts.redactor.learnValues(release.values);
    const versions = found.flatMap(({ release }) => release.installed?.version ?? []);
    return {
      version: versions.toSorted(compareVersions)[0],
      kubernetes,
      values: Object.fromEntries(found.map(({ component, release }) => [component.name, release.values])),
    };
  } finally {
    connection.close();
  }
}
