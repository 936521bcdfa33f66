import { textAt } from '../findings/faults/read.ts';
import type { JsonObject } from '../model/json.ts';
import { formatRef, refOf, type KubeObject, type ObjectRef, type OwnerReference } from '../model/kube.ts';
import type { ClusterReader } from '../model/ports.ts';
import { isProblem } from '../model/problem.ts';
import type { Redactor } from '../model/redaction.ts';
import type { HeldClaim, Holdings, Release } from '../model/snapshot.ts';
import type { KeptObject } from '../model/step.ts';
import { parseManifest, workloadsOf } from '../release/manifest.ts';
import { contentDigest, isKeptByHelm } from '../release/object-content.ts';
import { mountsClaim, secretsOf } from '../release/references.ts';
import { addressesOf } from './addresses.ts';
import { objectPath } from './object-path.ts';

export interface HoldingsParts {
  readonly reader: ClusterReader;
  readonly redactor: Redactor;
  /** Names that lead to the release besides those that its own objects name. */
  readonly hosts: readonly string[];
}

/** An object of a manifest beside what the cluster holds of it. */
interface Held {
  readonly stored: KubeObject;
  readonly live: KubeObject;
  /** helm deletes it when the release is uninstalled. */
  readonly goes: boolean;
}

/** Reads what an uninstall of a release would take or endanger (O4, O5, O6). Writes nothing. */
export async function readHoldings(release: Release, parts: HoldingsParts): Promise<Holdings> {
  const { reader } = parts;
  const held = await heldBy(release, parts);
  const workloads = workloadsOf(held.map(({ live }) => live));
  const claims = await readClaims(release, held, workloads, reader);
  return {
    revision: release.newest.revision,
    objects: held.filter(({ goes }) => goes).map(({ live }) => refOf(live)),
    kept: await keptObjects(release, held, workloads, claims, parts),
    claims,
    deletesClaims: workloads
      .filter((item) => textAt(item.spec, 'persistentVolumeClaimRetentionPolicy', 'whenDeleted') === 'Delete')
      .map(refOf),
    deleteHooks: deleteHooksOf(release),
    addresses: addressesOf(
      held.map(({ live }) => live),
      parts.hosts,
    ),
    mayPatchVolumes: await reader.canI('patch', '', 'persistentvolumes', ''),
  };
}

/** helm takes away what its newest record lists; what only the installed revision lists stays, and may hold data as well. */
async function heldBy(release: Release, parts: HoldingsParts): Promise<readonly Held[]> {
  const { manifest } = release.newestRecord ?? release;
  const newest = await liveOf(manifest, release.namespace, parts);
  const going = newest.map((item) => ({ ...item, goes: !isKeptByHelm(item.stored) }));
  if (manifest === release.manifest) return going;
  const installed = await liveOf(release.manifest, release.namespace, parts);
  const isLeft = ({ live }: Live) => !newest.some((item) => item.live.metadata.uid === live.metadata.uid);
  return [...going, ...installed.filter(isLeft).map((item) => ({ ...item, goes: false }))];
}

/** helm runs those of its newest record; a consent too many does no harm. */
function deleteHooksOf({ newestRecord, hooks }: Release): Holdings['deleteHooks'] {
  const all = [...(newestRecord?.hooks ?? []), ...hooks]
    .filter(({ events }) => events.some((event) => /^(pre|post)-delete$/.test(event)))
    .map(({ name, kind, events }) => ({ name, kind, events }));
  return all.filter(
    (hook, index) => all.findIndex(({ kind, name }) => kind === hook.kind && name === hook.name) === index,
  );
}

type Live = Pick<Held, 'stored' | 'live'>;

async function liveOf(
  manifest: string,
  namespace: string,
  { reader, redactor }: HoldingsParts,
): Promise<readonly Live[]> {
  const found = await Promise.all(
    parseManifest(manifest).map(async (object) => ({
      stored: object,
      live: await findObject(reader, placed(object, namespace)),
    })),
  );
  return found.flatMap(({ stored: object, live }) => {
    if (live?.kind === 'Secret') redactor.learnSecretData(live.data);
    return live === undefined ? [] : [{ stored: object, live }];
  });
}

function placed(object: KubeObject, namespace: string): ObjectRef {
  return { namespace, ...refOf(object) };
}

/** One live object; undefined where it, or its kind, does not exist. */
async function findObject(reader: ClusterReader, ref: ObjectRef): Promise<KubeObject | undefined> {
  try {
    return await reader.find(await objectPath(reader, ref));
  } catch (error) {
    if (isProblem(error) && error.code === 'KIND_UNKNOWN') return undefined;
    throw error;
  }
}

async function readClaims(
  release: Release,
  held: readonly Held[],
  workloads: readonly KubeObject[],
  reader: ClusterReader,
): Promise<readonly HeldClaim[]> {
  const holders = held.map(({ live }) => live).filter(({ kind }) => kind === 'PersistentVolumeClaim');
  const namespaces = new Set([
    release.namespace,
    ...[...workloads, ...holders].flatMap(({ metadata }) => metadata.namespace ?? []),
  ]);
  const lists = await Promise.all(
    [...namespaces].map((namespace) => reader.list(`/api/v1/namespaces/${namespace}/persistentvolumeclaims`)),
  );
  const own = lists
    .flat()
    .filter(
      (claim) =>
        workloads.some((workload) => mounts(workload, claim.metadata)) ||
        held.some(({ live }) => live.kind === 'PersistentVolumeClaim' && live.metadata.uid === claim.metadata.uid),
    );
  return Promise.all(
    own.map(async (claim) => {
      const volume = textAt(claim.spec, 'volumeName');
      const goesBecause = await whyItGoes(claim, held, workloads, reader);
      const policy = volume === '' ? undefined : await policyOf(reader, volume);
      return {
        namespace: claim.metadata.namespace ?? release.namespace,
        name: claim.metadata.name,
        uid: claim.metadata.uid ?? '',
        volume,
        ...(policy === undefined ? {} : { policy }),
        ...(goesBecause === undefined ? {} : { goesBecause }),
      };
    }),
  );
}

/** A pod mounts claims of its own namespace alone. */
function mounts(workload: KubeObject, claim: Pick<ObjectRef, 'namespace' | 'name'>): boolean {
  return workload.metadata.namespace === claim.namespace && mountsClaim(workload, claim.name);
}

/** The reclaim policy of a volume; undefined where volumes may not be read. */
async function policyOf(reader: ClusterReader, volume: string): Promise<string | undefined> {
  try {
    const found = await reader.find(`/api/v1/persistentvolumes/${volume}`);
    return textAt(found?.spec, 'persistentVolumeReclaimPolicy') || undefined;
  } catch (error) {
    if (isProblem(error) && error.code === 'CLUSTER_REFUSED') return undefined;
    throw error;
  }
}

/** Owners are followed no further up than this. */
const longestChain = 5;

async function whyItGoes(
  claim: KubeObject,
  held: readonly Held[],
  workloads: readonly KubeObject[],
  reader: ClusterReader,
): Promise<string | undefined> {
  const own = held.find(({ live }) => live.metadata.uid === claim.metadata.uid);
  if (own?.goes === true) return 'it is an object of the chart';
  let here: KubeObject | undefined = claim;
  for (let level = 0; level < longestChain; level += 1) {
    const owner: OwnerReference | undefined = here.metadata.ownerReferences?.[0];
    if (owner === undefined) return undefined;
    const goes = held.find((item) => item.goes && item.live.metadata.uid === owner.uid);
    // A StatefulSet that deletes its claims is told to keep them: see Holdings.deletesClaims.
    const isOwnSet = here === claim && workloads.some((workload) => workload.metadata.uid === owner.uid);
    if (goes !== undefined) return isOwnSet ? undefined : `it hangs from ${formatRef(refOf(goes.live))}`;
    here = await findObject(reader, {
      apiVersion: owner.apiVersion,
      kind: owner.kind,
      name: owner.name,
      namespace: claim.metadata.namespace,
    });
    if (here === undefined) return undefined;
  }
  return undefined;
}

/** Kinds of Secrets that something else makes anew. */
const notOurs: readonly string[] = ['kubernetes.io/service-account-token', 'helm.sh/release.v1'];

/** Secrets and ConfigMaps of the release and its hooks, and the Secrets that workloads with claims read. */
async function keptObjects(
  release: Release,
  held: readonly Held[],
  workloads: readonly KubeObject[],
  claims: readonly HeldClaim[],
  { reader, redactor }: HoldingsParts,
): Promise<readonly KeptObject[]> {
  const isData = ({ kind }: { readonly kind: string }) => kind === 'Secret' || kind === 'ConfigMap';
  const own = held.filter(({ live }) => isData(live) && !notOurs.includes(live.type ?? ''));
  const beside = [
    ...[...(release.newestRecord?.hooks ?? []), ...release.hooks]
      .filter(isData)
      .map(({ kind, name }) => ({ kind, name, namespace: release.namespace })),
    ...workloads
      .filter((workload) => claims.some((claim) => mounts(workload, claim)))
      .flatMap((workload) => {
        const { namespace = release.namespace } = workload.metadata;
        return secretsOf(workload).map((name) => ({ kind: 'Secret', name, namespace }));
      }),
  ];
  const isOwn = (ref: Pick<ObjectRef, 'kind' | 'name' | 'namespace'>) =>
    own.some(
      ({ live: { kind, metadata } }) =>
        kind === ref.kind && metadata.name === ref.name && metadata.namespace === ref.namespace,
    );
  const others = await Promise.all(
    beside.filter((ref) => !isOwn(ref)).map((ref) => findObject(reader, { apiVersion: 'v1', ...ref })),
  );
  const kept = [
    ...own.map((item) => ({ object: refOf(item.live), isPutBack: isPutBack(item) })),
    ...others.flatMap((live) => {
      if (live === undefined || notOurs.includes(live.type ?? '')) return [];
      if (live.kind === 'Secret') redactor.learnSecretData(live.data);
      return [{ object: refOf(live), isPutBack: false }];
    }),
  ];
  return [...new Map(kept.map((item) => [formatRef(item.object), item])).values()];
}

/**
 * What goes is put back: what comes from values is written again by the chart, and what it had made up is found by its
 * `lookup`. Only what can never be written again, and is as the chart made it, is left to the chart.
 */
function isPutBack({ stored, live, goes }: Held): boolean {
  if (!goes) return false;
  const isImmutable = (live as unknown as JsonObject)['immutable'] === true;
  return !(isImmutable && live.kind === 'ConfigMap' && contentDigest(stored) === contentDigest(live));
}
