import { textAt } from './read.ts';
import type { KubeObject, OwnerReference } from '../../model/kube.ts';
import { uidOf, type FaultMemory } from './memory.ts';

/** Whose objects are judged. */
export interface ReleaseScope {
  readonly release: string;
  readonly namespace: string;
}

/** A pod of the release, and how it hangs from it. */
export interface ScopedPod {
  readonly pod: KubeObject;
  /** The Deployment, StatefulSet, DaemonSet or Job that it comes from; the pod itself where nothing made it. */
  readonly workload: KubeObject;
  /** False for pods of an older ReplicaSet or controller revision. */
  readonly isNew: boolean;
}

/** The objects of one release among all that is remembered of its namespace. */
export interface ReleaseObjects {
  readonly workloads: readonly KubeObject[];
  readonly jobs: readonly KubeObject[];
  readonly claims: readonly KubeObject[];
  /** ReplicaSets of the newest revision of each Deployment. */
  readonly newReplicaSets: readonly KubeObject[];
  readonly pods: readonly ScopedPod[];
  /** Events of the namespace by the UID of the object that they are about. */
  readonly events: ReadonlyMap<string, readonly KubeObject[]>;
}

const workloadKinds = new Set(['Deployment', 'StatefulSet', 'DaemonSet']);

/**
 * True for an object that helm put there for this release. helm annotates everything but hooks, of which only labels
 * tell. Elsewhere the label says little, since anything may carry it. A hook without a label may be this release's.
 */
export function belongsTo(object: KubeObject, { release, namespace }: ReleaseScope): boolean {
  if (object.metadata.namespace !== undefined && object.metadata.namespace !== namespace) return false;
  const annotations = object.metadata.annotations ?? {};
  const owner = annotations['meta.helm.sh/release-name'];
  if (owner !== undefined) return owner === release;
  const labels = object.metadata.labels ?? {};
  return isHook(object) && (labels['app.kubernetes.io/instance'] ?? labels['release'] ?? release) === release;
}

export function isHook(object: KubeObject): boolean {
  return object.metadata.annotations?.['helm.sh/hook'] !== undefined;
}

/** Sorts out what belongs to a release, down its owner references to the pods. */
export function releaseObjects(memory: FaultMemory, scope: ReleaseScope): ReleaseObjects {
  const all = [...memory.objects.values()];
  const ofKind = (kind: string): readonly KubeObject[] => all.filter((object) => object.kind === kind);
  const workloads = all.filter((object) => workloadKinds.has(object.kind) && belongsTo(object, scope));
  const jobs = ofKind('Job').filter((job) => belongsTo(job, scope) && controllerOf(job) === undefined);
  const roots = new Map([...workloads, ...jobs].map((object) => [uidOf(object), object]));
  const replicaSets = ofKind('ReplicaSet');
  const newest = new Map(
    workloads
      .filter((object) => object.kind === 'Deployment')
      .map((object) => [uidOf(object), newestReplicaSet(object, replicaSets)]),
  );
  const pods = ofKind('Pod').flatMap((pod): readonly ScopedPod[] => {
    const owner = controllerOf(pod);
    if (owner === undefined) return belongsTo(pod, scope) ? [{ pod, workload: pod, isNew: true }] : [];
    const root = roots.get(owner.uid);
    if (root !== undefined) return [{ pod, workload: root, isNew: isOfNewRevision(pod, root) }];
    const set = replicaSets.find((item) => uidOf(item) === owner.uid);
    const deployment = set === undefined ? undefined : roots.get(controllerOf(set)?.uid ?? '');
    if (set === undefined || deployment === undefined) return [];
    return [{ pod, workload: deployment, isNew: newest.get(uidOf(deployment)) === set }];
  });
  return {
    workloads,
    jobs,
    claims: claimsOf(ofKind('PersistentVolumeClaim'), pods, scope),
    newReplicaSets: [...newest.values()].filter((set) => set !== undefined),
    pods,
    events: eventsByObject(ofKind('Event')),
  };
}

export function controllerOf(object: KubeObject): OwnerReference | undefined {
  return (
    object.metadata.ownerReferences?.find((owner) => owner.controller === true) ?? object.metadata.ownerReferences?.[0]
  );
}

/** False until the controller has seen the newest specification: until then the status is about an older one. */
export function isObserved(workload: KubeObject): boolean {
  const observed = workload.status?.['observedGeneration'];
  return typeof observed === 'number' && observed >= (workload.metadata.generation ?? 0);
}

function newestReplicaSet(deployment: KubeObject, replicaSets: readonly KubeObject[]): KubeObject | undefined {
  if (!isObserved(deployment)) return undefined;
  const revisionOf = (set: KubeObject): number =>
    Number(set.metadata.annotations?.['deployment.kubernetes.io/revision'] ?? 0);
  const uid = uidOf(deployment);
  return replicaSets
    .filter((set) => controllerOf(set)?.uid === uid)
    .toSorted((a, b) => revisionOf(b) - revisionOf(a))[0];
}

function isOfNewRevision(pod: KubeObject, root: KubeObject): boolean {
  const labels = pod.metadata.labels ?? {};
  if (root.kind === 'StatefulSet')
    return isObserved(root) && labels['controller-revision-hash'] === textAt(root.status, 'updateRevision');
  if (root.kind === 'DaemonSet') {
    // The newest ControllerRevision is not watched; the template's generation says the same.
    const generation = root.metadata.annotations?.['deprecated.daemonset.template.generation'];
    return isObserved(root) && (generation === undefined || labels['pod-template-generation'] === generation);
  }
  return true;
}

/** The release's own claims, and those that its pods mount. */
function claimsOf(
  claims: readonly KubeObject[],
  pods: readonly ScopedPod[],
  scope: ReleaseScope,
): readonly KubeObject[] {
  const mounted = new Set(pods.flatMap(({ pod }) => claimNames(pod)));
  return claims.filter((claim) => mounted.has(claim.metadata.name) || belongsTo(claim, scope));
}

/** Names of the claims that a pod mounts. */
export function claimNames(pod: KubeObject): readonly string[] {
  const volumes = pod.spec?.['volumes'];
  if (!Array.isArray(volumes)) return [];
  return volumes.map((volume) => textAt(volume, 'persistentVolumeClaim', 'claimName')).filter((name) => name !== '');
}

function eventsByObject(events: readonly KubeObject[]): ReadonlyMap<string, readonly KubeObject[]> {
  const byObject = new Map<string, KubeObject[]>();
  for (const event of events) {
    const about = eventOf(event).uid;
    const list = byObject.get(about) ?? [];
    list.push(event);
    byObject.set(about, list);
  }
  return byObject;
}

/** What an Event says; core/v1 puts it beside the metadata. */
export function eventOf(event: KubeObject) {
  const fields = event as unknown as { readonly [key: string]: never };
  const series = textAt(fields, 'series', 'count');
  const count = Number((fields['count'] as unknown) ?? series) || 1;
  return {
    uid: textAt(fields, 'involvedObject', 'uid'),
    container: /\{(.+)\}$/.exec(textAt(fields, 'involvedObject', 'fieldPath'))?.[1] ?? '',
    reason: textAt(fields, 'reason'),
    message: textAt(fields, 'message'),
    type: textAt(fields, 'type'),
    since: textAt(fields, 'firstTimestamp') || textAt(fields, 'eventTime'),
    last:
      textAt(fields, 'lastTimestamp') || textAt(fields, 'series', 'lastObservedTime') || textAt(fields, 'eventTime'),
    count,
  };
}
