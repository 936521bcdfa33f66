import { formatRef, type KubeObject } from '../model/kube.ts';
import type { Platform } from '../model/platform.ts';
import type { ClusterReader } from '../model/ports.ts';
import type { HealthItem, Release, Snapshot } from '../model/snapshot.ts';
import { parseManifest } from '../release/manifest.ts';
import { missingPermissions } from './permissions.ts';
import { listRecords } from './read-release.ts';

/** Where a platform is: its own namespace, and those that components name. */
interface Place {
  readonly reader: ClusterReader;
  readonly platform: Platform;
  readonly namespace: string;
}

type ReadHealth = (
  reader: ClusterReader,
  namespace: string,
  releases: readonly Release[],
) => Promise<readonly HealthItem[]>;

/** The namespaces of the platform's releases: its own first. */
export function namespacesOf(platform: Platform, namespace: string): readonly string[] {
  return [...new Set([namespace, ...platform.components.flatMap((component) => component.namespace ?? [])])];
}

/** Where helm's records may not be read, nothing is planned: a release that nobody sees would be installed a second time. */
export async function recordsEverywhere({ reader, platform, namespace }: Place): Promise<readonly KubeObject[]> {
  return (await Promise.all(namespacesOf(platform, namespace).map((place) => listRecords(reader, place)))).flat();
}

/** The health of every namespace that holds a release of the platform; what belongs to none is told once. */
export async function healthEverywhere(
  { reader, platform, namespace, readHealth }: Place & { readonly readHealth: ReadHealth },
  releases: readonly Release[],
): Promise<readonly HealthItem[]> {
  const places = namespacesOf(platform, namespace);
  const items = await Promise.all(
    places.map((place) =>
      readHealth(
        reader,
        place,
        releases.filter((release) => release.namespace === place),
      ),
    ),
  );
  const [own = [], ...others] = items;
  const told = new Set(own.map(({ object }) => formatRef(object)));
  return [...own, ...others.flat().filter(({ object }) => !told.has(formatRef(object)))];
}

/** What is missing of the verbs that the upgrade needs, in each of the namespaces. */
export async function permissionsEverywhere(
  { reader, platform, namespace }: Place,
  ours: readonly Release[],
): Promise<Snapshot['missingPermissions']> {
  const asked = namespacesOf(platform, namespace).map((place) =>
    missingPermissions(
      reader,
      place,
      ours.filter((release) => release.namespace === place).flatMap((release) => parseManifest(release.manifest)),
    ),
  );
  return (await Promise.all(asked)).flat();
}

/** A release by its namespace and name. */
export function placeOf({ namespace, name }: Pick<Release, 'namespace' | 'name'>): string {
  return `${namespace}/${name}`;
}

/** The releases that the platform owns, as placeOf writes them. */
export function ownReleases(platform: Platform, namespace: string): ReadonlySet<string> {
  return new Set(
    platform.components.map((component) =>
      placeOf({ namespace: component.namespace ?? namespace, name: component.release }),
    ),
  );
}
