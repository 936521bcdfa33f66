import { formatRef, type KubeObject } from '../model/kube.ts';
import type { Platform } from '../model/platform.ts';
import type { ClusterReader } from '../model/ports.ts';
import { isProblem } from '../model/problem.ts';
import type { HealthItem, MissingPermission, Release } from '../model/snapshot.ts';
import { parseManifest } from '../release/manifest.ts';
import { clusterPermissions, leasePermission } from '../plan/permissions.ts';
import { missingPermissions, upgradePermissions } from './permissions.ts';
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

/** Namespaces of the platform that are being deleted; one that may not be read is told by the forecast. */
export async function endingNamespaces({ reader, platform, namespace }: Place): Promise<readonly string[]> {
  const found = await Promise.all(
    namespacesOf(platform, namespace).map(async (place) => {
      try {
        return await reader.find(`/api/v1/namespaces/${place}`);
      } catch (error) {
        if (!isProblem(error) || error.code !== 'CLUSTER_REFUSED') throw error;
        return undefined;
      }
    }),
  );
  return found.flatMap((object) => (object?.metadata.deletionTimestamp === undefined ? [] : [object.metadata.name]));
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

/** What is missing of the verbs that the upgrade needs, in each of the namespaces and outside of them. */
export async function permissionsEverywhere(
  { reader, platform, namespace }: Place,
  ours: readonly Release[],
): Promise<readonly MissingPermission[]> {
  const needed = namespacesOf(platform, namespace).map((place) =>
    upgradePermissions(reader, place, ours.filter((release) => release.namespace === place).flatMap(objectsOf)),
  );
  const everywhere = [leasePermission(namespace), ...clusterPermissions([])];
  return missingPermissions(reader, [...(await Promise.all(needed)).flat(), ...everywhere]);
}

/** Objects of a release, and its Jobs that helm waits for: of hooks its record tells no more than the kind. */
function objectsOf({ manifest, hooks }: Release): readonly KubeObject[] {
  const waited = hooks.filter(
    ({ kind, events }) => kind === 'Job' && events.some((event) => /^(pre|post)-(upgrade|rollback)$/.test(event)),
  );
  return [
    ...parseManifest(manifest),
    ...waited.map(({ name, kind }) => ({
      apiVersion: 'batch/v1',
      kind,
      metadata: { name, annotations: { 'helm.sh/hook': 'pre-upgrade' } },
    })),
  ];
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
