import { listAt, textAt } from '../findings/faults/read.ts';
import type { JsonObject } from '../model/json.ts';
import { formatRef, refOf, type KubeObject, type ObjectRef, type OwnerReference } from '../model/kube.ts';
import type { ClusterReader } from '../model/ports.ts';
import { isProblem } from '../model/problem.ts';
import type { Redactor } from '../model/redaction.ts';
import type { HeldClaim, Holdings, Release } from '../model/snapshot.ts';
import type { KeptObject, KnownAddress } from '../model/step.ts';
import { parseManifest, workloadsOf } from '../release/manifest.ts';
import { contentDigest, isKeptByHelm } from '../release/object-content.ts';
import { mountsClaim, secretsOf } from '../release/references.ts';
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
}

/** Reads what an uninstall of a release would take or endanger (O4, O5, O6). Writes nothing. */
export async function readHoldings(release: Release, parts: HoldingsParts): Promise<Holdings> {
  const { reader } = parts;
  // helm takes away what its newest record lists, whatever that record's status is.
  const newest = parseManifest(release.failedManifests?.[0] ?? release.manifest);
  const held = await liveOf(newest, release.namespace, parts);
  const workloads = workloadsOf(held.map(({ live }) => live));
  const claims = await readClaims(release, held, workloads, reader);
  return {
    revision: release.newest.revision,
    objects: held.filter(({ stored }) => !isKeptByHelm(stored)).map(({ live }) => refOf(live)),
    kept: await keptObjects(release, held, workloads, claims, parts),
    claims,
    deletesClaims: workloads
      .filter((item) => textAt(item.spec, 'persistentVolumeClaimRetentionPolicy', 'whenDeleted') === 'Delete')
      .map(refOf),
    deleteHooks: release.hooks.filter(({ events }) => events.some((event) => /^(pre|post)-delete$/.test(event))),
    addresses: addressesOf(
      held.map(({ live }) => live),
      parts.hosts,
    ),
    mayPatchVolumes: await reader.canI('patch', '', 'persistentvolumes', ''),
  };
}

async function liveOf(
  stored: readonly KubeObject[],
  namespace: string,
  { reader, redactor }: HoldingsParts,
): Promise<readonly Held[]> {
  const found = await Promise.all(
    stored.map(async (object) => ({ stored: object, live: await findObject(reader, placed(object, namespace)) })),
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
  const all = await reader.list(`/api/v1/namespaces/${release.namespace}/persistentvolumeclaims`);
  const own = all.filter(
    (claim) =>
      workloads.some((workload) => mountsClaim(workload, claim.metadata.name)) ||
      held.some(({ live }) => live.kind === 'PersistentVolumeClaim' && live.metadata.uid === claim.metadata.uid),
  );
  return Promise.all(
    own.map(async (claim) => {
      const volume = textAt(claim.spec, 'volumeName');
      const goesBecause = await whyItGoes(claim, held, workloads, reader);
      const policy = volume === '' ? undefined : await policyOf(reader, volume);
      return {
        namespace: release.namespace,
        name: claim.metadata.name,
        uid: claim.metadata.uid ?? '',
        volume,
        ...(policy === undefined ? {} : { policy }),
        ...(goesBecause === undefined ? {} : { goesBecause }),
      };
    }),
  );
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
  if (own !== undefined && !isKeptByHelm(own.stored)) return 'it is an object of the chart';
  let here: KubeObject | undefined = claim;
  for (let level = 0; level < longestChain; level += 1) {
    const owner: OwnerReference | undefined = here.metadata.ownerReferences?.[0];
    if (owner === undefined) return undefined;
    const goes = held.find(({ live, stored }) => live.metadata.uid === owner.uid && !isKeptByHelm(stored));
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
    ...release.hooks.filter(isData).map(({ kind, name }) => ({ kind, name })),
    ...workloads
      .filter((workload) => claims.some((claim) => mountsClaim(workload, claim.name)))
      .flatMap((workload) => secretsOf(workload).map((name) => ({ kind: 'Secret', name }))),
  ];
  const others = await Promise.all(
    beside
      .filter(({ kind, name }) => !own.some(({ live }) => live.kind === kind && live.metadata.name === name))
      .map(({ kind, name }) => findObject(reader, { apiVersion: 'v1', kind, name, namespace: release.namespace })),
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
function isPutBack({ stored, live }: Held): boolean {
  if (isKeptByHelm(stored)) return false;
  const isImmutable = (live as unknown as JsonObject)['immutable'] === true;
  return !(isImmutable && live.kind === 'ConfigMap' && contentDigest(stored) === contentDigest(live));
}

/** Load balancers of a release with the names that lead to them: where a Service has none, those of its Ingresses. */
export function addressesOf(objects: readonly KubeObject[], hosts: readonly string[]): readonly KnownAddress[] {
  const ingresses = objects.filter(({ kind }) => kind === 'Ingress');
  const all = [...new Set([...hosts, ...ingresses.flatMap(hostsOf)])];
  return objects.flatMap((object) => {
    if (object.kind !== 'Ingress' && object.kind !== 'Service') return [];
    const addresses = addressesIn(object);
    if (addresses.length === 0) return [];
    const own = hostsOf(object);
    return [{ object: refOf(object), addresses, hosts: own.length === 0 ? all : own }];
  });
}

/** IP addresses and host names in the status of a Service or an Ingress. */
export function addressesIn(object: KubeObject): readonly string[] {
  return listAt(object.status, 'loadBalancer', 'ingress')
    .map((item) => textAt(item, 'ip') || textAt(item, 'hostname'))
    .filter((address) => address !== '')
    .toSorted();
}

/** Source of the annotation: https://kubernetes-sigs.github.io/external-dns/ */
function hostsOf(object: KubeObject): readonly string[] {
  const annotated = (object.metadata.annotations?.['external-dns.alpha.kubernetes.io/hostname'] ?? '').split(',');
  const rules = listAt(object.spec, 'rules').map((rule) => textAt(rule, 'host'));
  return [...new Set([...rules, ...annotated.map((name) => name.trim())].filter((name) => name !== ''))];
}
