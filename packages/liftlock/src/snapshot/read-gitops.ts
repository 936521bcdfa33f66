import type { GitOpsKind, GitOpsOwner } from '../model/gitops.ts';
import { isJsonObject, type Json, type JsonObject } from '../model/json.ts';
import { isSameObject, refOf, type KubeObject } from '../model/kube.ts';
import type { Platform } from '../model/platform.ts';
import type { ClusterReader } from '../model/ports.ts';
import { isProblem } from '../model/problem.ts';
import type { Release, Unread } from '../model/snapshot.ts';
import { gitOpsOwners, type GitOpsObjects } from '../release/gitops-owners.ts';
import { parseManifest } from '../release/manifest.ts';
import { namespacesOf } from './namespaces.ts';
import { objectPath } from './object-path.ts';

const served: Readonly<
  Record<GitOpsKind, { readonly group: string; readonly resource: string; readonly what: string }>
> = {
  Application: { group: 'argoproj.io', resource: 'applications', what: "Argo CD's Applications" },
  HelmRelease: { group: 'helm.toolkit.fluxcd.io', resource: 'helmreleases', what: "Flux's HelmReleases" },
  Kustomization: { group: 'kustomize.toolkit.fluxcd.io', resource: 'kustomizations', what: "Flux's Kustomizations" },
};
const workloads = ['deployments', 'statefulsets', 'daemonsets'];
/** Of a release without workloads: a controller marks every object that it writes. */
const witnesses = 3;

/**
 * Which GitOps controllers write the platform's releases (Argo CD, Flux). Their own objects are read where the API server serves
 * them; what a controller of another cluster writes here is told by its marks on live objects.
 */
export async function readGitOps(
  {
    reader,
    platform,
    namespace,
  }: { readonly reader: ClusterReader; readonly platform: Platform; readonly namespace: string },
  releases: readonly Release[],
): Promise<{ readonly owners: readonly GitOpsOwner[]; readonly unread: readonly Unread[] }> {
  const places = namespacesOf(platform, namespace);
  const unread: Unread[] = [];
  const [known, ...live] = await Promise.all([
    readControllers(reader, places, unread),
    ...places.flatMap((place) =>
      workloads.map((resource) => listOrNone(reader, `/apis/apps/v1/namespaces/${place}/${resource}`)),
    ),
  ]);
  const owners = await Promise.all(
    platform.components.map(async (component) => {
      const place = component.namespace ?? namespace;
      const release = releases.find((item) => item.name === component.release && item.namespace === place);
      const objects = release === undefined ? [] : parseManifest(release.manifest);
      const own = live.flat().filter((item) => objects.some((object) => isSameObject(object, item, place)));
      const seen = own.length > 0 ? own : await readWitnesses(reader, objects, place);
      return gitOpsOwners({ release: component.release, namespace: place, objects, live: seen }, known);
    }),
  );
  return { owners: owners.flat(), unread };
}

async function readControllers(
  reader: ClusterReader,
  places: readonly string[],
  unread: Unread[],
): Promise<GitOpsObjects> {
  const versions = await servedVersions(reader, unread);
  const read = async (kind: GitOpsKind): Promise<readonly KubeObject[] | undefined> => {
    const { group, resource, what } = served[kind];
    const version = versions.get(group);
    if (version === undefined) return [];
    const base = `/apis/${group}/${version}`;
    try {
      return await reader.list(`${base}/${resource}`);
    } catch (error) {
      if (!isProblem(error)) throw error;
      // Argo Workflows serve the same group without Applications.
      if (error.code === 'OBJECT_ABSENT') return [];
      unread.push({ what, why: error.message });
      const near = await Promise.all(
        places.map((place) => listOrNone(reader, `${base}/namespaces/${place}/${resource}`)),
      );
      return near.flat();
    }
  };
  const [Application, HelmRelease, Kustomization] = await Promise.all([
    read('Application'),
    read('HelmRelease'),
    read('Kustomization'),
  ]);
  return { Application, HelmRelease, Kustomization };
}

/** The preferred version of each group that the API server serves. */
async function servedVersions(reader: ClusterReader, unread: Unread[]): Promise<ReadonlyMap<string, string>> {
  try {
    // A list of groups, which is no object like others.
    const { groups } = ((await reader.find('/apis')) ?? {}) as { readonly groups?: Json };
    const list = Array.isArray(groups) ? (groups as readonly Json[]).filter(isJsonObject) : [];
    return new Map(list.map((group) => [textOf(group['name']), versionOf(group)]));
  } catch (error) {
    if (!isProblem(error)) throw error;
    unread.push({ what: 'GitOps controllers', why: error.message });
    return new Map();
  }
}

function versionOf(group: JsonObject): string {
  const preferred = group['preferredVersion'];
  return isJsonObject(preferred) ? textOf(preferred['version']) : '';
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

async function readWitnesses(
  reader: ClusterReader,
  objects: readonly KubeObject[],
  namespace: string,
): Promise<readonly KubeObject[]> {
  const read = objects.slice(0, witnesses).map(async (object) => {
    try {
      return await reader.find(
        await objectPath(reader, { ...refOf(object), namespace: object.metadata.namespace ?? namespace }),
      );
    } catch (error) {
      if (isProblem(error)) return undefined;
      throw error;
    }
  });
  return (await Promise.all(read)).filter((object) => object !== undefined);
}

async function listOrNone(reader: ClusterReader, path: string): Promise<readonly KubeObject[]> {
  try {
    return await reader.list(path);
  } catch (error) {
    if (isProblem(error)) return [];
    throw error;
  }
}
