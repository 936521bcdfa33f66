import { isJsonObject, jsonAt, type JsonObject } from '../../model/json.ts';
import { formatRef, refOf, type KubeObject } from '../../model/kube.ts';

/** What helm does with an object that is a hook. */
export interface HookMark {
  /** `pre-upgrade`, `post-install`, … */
  readonly events: readonly string[];
  /** helm's own default is `before-hook-creation`. */
  readonly deletePolicies: readonly string[];
}

/** One object of a release as it would be after its helm step. */
export interface HopObject {
  readonly component: string;
  /** Place of the component in the hop: earlier ones are upgraded first. */
  readonly order: number;
  /** The release's namespace. */
  readonly namespace: string;
  /** As the API server would store it; as the manifest has it where helm writes nothing or was refused. */
  readonly object: KubeObject;
  /** As it is now; undefined where it does not exist. */
  readonly live?: KubeObject | undefined;
  /** False where helm leaves the object as it is. */
  readonly isWritten: boolean;
  /** The API server refuses helm's write. */
  readonly isRefused: boolean;
  /** Its plural, as paths have it, with the group: `deployments.apps`, `services`. */
  readonly resource?: string | undefined;
  readonly hook?: HookMark | undefined;
}

/** The releases of one hop as they would be, in the order in which they are upgraded. */
export interface Hop {
  readonly releases: readonly {
    readonly component: string;
    readonly namespace: string;
    /** No release of it exists yet, or it is uninstalled before. */
    readonly isInstall: boolean;
    readonly kind: 'upgrade' | 'rollback';
  }[];
  readonly objects: readonly HopObject[];
  /** Objects that helm deletes, since they left the chart: `object` is what is there now. */
  readonly gone: readonly HopObject[];
}

/** A pod template with the object that makes pods of it. */
export interface PodTemplate {
  readonly metadata: JsonObject;
  readonly spec: JsonObject;
}

/** The template of a workload's pods; of a Pod itself, its own. Undefined for what makes no pods. */
export function podTemplateOf(object: KubeObject): PodTemplate | undefined {
  if (object.kind === 'Pod' && object.apiVersion === 'v1') {
    const { labels, annotations } = object.metadata;
    return object.spec === undefined
      ? undefined
      : { metadata: { labels: { ...labels }, annotations: { ...annotations } }, spec: object.spec };
  }
  const template =
    object.kind === 'CronJob'
      ? jsonAt(object.spec, ['jobTemplate', 'spec', 'template'])
      : jsonAt(object.spec, ['template']);
  if (!podMakers.has(object.kind) || !isJsonObject(template) || !isJsonObject(template['spec'])) return undefined;
  const metadata = template['metadata'];
  return { metadata: isJsonObject(metadata) ? metadata : {}, spec: template['spec'] };
}

/** Kubernetes' own kinds with a pod template. */
const podMakers = new Set([
  'Deployment',
  'StatefulSet',
  'DaemonSet',
  'Job',
  'CronJob',
  'ReplicaSet',
  'ReplicationController',
]);

/** `Deployment prod/web`. */
export function nameOf({ object, namespace }: Pick<HopObject, 'object' | 'namespace'>): string {
  return formatRef({ namespace, ...refOf(object) });
}

/** `statefulset/db`, as ids of remedies name objects. */
export function shortName(object: KubeObject): string {
  return `${object.kind.toLowerCase()}/${object.metadata.name}`;
}

/** How many pods a workload keeps running; of a DaemonSet, as many as `nodes`. */
export function replicasOf(object: KubeObject, nodes = 0): number {
  if (object.kind === 'Pod') return 1;
  if (object.kind === 'CronJob') return 0;
  if (object.kind === 'DaemonSet') {
    const desired = jsonAt(object.status, ['desiredNumberScheduled']);
    return typeof desired === 'number' && desired > 0 ? desired : nodes;
  }
  const count = jsonAt(object.spec, [object.kind === 'Job' ? 'parallelism' : 'replicas']);
  return typeof count === 'number' ? count : 1;
}

/**
 * Pods above and below the replicas in a rolling update, as the Deployment controller rounds them.
 * https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#rolling-update-deployment
 */
export function rollingBounds(deployment: KubeObject): { readonly surge: number; readonly unavailable: number } {
  const replicas = replicasOf(deployment);
  if (jsonAt(deployment.spec, ['strategy', 'type']) === 'Recreate') return { surge: 0, unavailable: replicas };
  const bound = (key: string, round: (value: number) => number) => {
    const value = jsonAt(deployment.spec, ['strategy', 'rollingUpdate', key]) ?? '25%';
    if (typeof value === 'number') return value;
    const percent = typeof value === 'string' ? Number.parseFloat(value) : Number.NaN;
    return Number.isNaN(percent) ? 0 : round((replicas * percent) / 100);
  };
  const surge = bound('maxSurge', Math.ceil);
  const unavailable = bound('maxUnavailable', Math.floor);
  // Both may round to nothing: then one pod may be missing, or nothing could ever move.
  return { surge, unavailable: surge === 0 && unavailable === 0 ? 1 : unavailable };
}
