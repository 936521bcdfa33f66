import type { JsonObject } from '../../model/json.ts';
import type { KubeObject } from '../../model/kube.ts';
import type { WatchEvent } from '../../model/ports.ts';
import { formatFieldPath } from '../../release/field-path.ts';
import { classifyPull, isBareBackOff, type PullCode } from './pull-message.ts';
import { hasCondition, listAt, numberAt, textAt } from './read.ts';

/** What is known of one container whose image was refused. */
export interface PullTrouble {
  readonly code: PullCode;
  readonly message: string;
  /** Attempts that the status showed to be refused for this reason, one after the other. */
  readonly refusals: number;
  readonly lastReason: string;
}

/** How one container ended, again and again. */
export interface Ends {
  readonly exitCode: number;
  readonly reason: string;
  /** Restarts in a row after this exit code. */
  readonly restarts: number;
  readonly restartCount: number;
}

/**
 * What was seen of a namespace so far: the objects as they are, and what their present state does not tell any more.
 * Times are this machine's, so that graces do not depend on other clocks.
 */
export interface FaultMemory {
  /** By UID. */
  readonly objects: ReadonlyMap<string, KubeObject>;
  /** Milliseconds since the epoch: when each object last changed, by UID. */
  readonly changedAt: ReadonlyMap<string, number>;
  /** Milliseconds since the epoch: since when each sign of trouble has been there, by UID and sign. */
  readonly firstSeen: ReadonlyMap<string, ReadonlyMap<string, number>>;
  /** By UID of the pod and container. */
  readonly pulls: ReadonlyMap<string, PullTrouble>;
  readonly ends: ReadonlyMap<string, Ends>;
}

/** A memory that events are added to: in place, since a troubled namespace has thousands of them at once. */
export interface GrowingMemory extends FaultMemory {
  readonly objects: Map<string, KubeObject>;
  readonly changedAt: Map<string, number>;
  readonly firstSeen: Map<string, ReadonlyMap<string, number>>;
  readonly pulls: Map<string, PullTrouble>;
  readonly ends: Map<string, Ends>;
}

export function emptyMemory(): GrowingMemory {
  return { objects: new Map(), changedAt: new Map(), firstSeen: new Map(), pulls: new Map(), ends: new Map() };
}

/** Waiting reasons with which the kubelet says that it cannot get an image but will try again. */
export const pullReasons = new Set(['ErrImagePull', 'ImagePullBackOff', 'RegistryUnavailable']);

/** Adds one more event to a memory. */
export function remember(memory: GrowingMemory, { type, object }: WatchEvent, now: Date): void {
  const uid = uidOf(object);
  if (type === 'DELETED') {
    forget(memory, uid);
    return;
  }
  memory.objects.set(uid, object);
  memory.changedAt.set(uid, now.getTime());
  memory.firstSeen.set(uid, seenSince(memory.firstSeen.get(uid), signsOf(object), now));
  if (object.kind === 'Pod') rememberContainers(memory, object, uid);
}

/** Objects without a UID occur in fixtures only; their name stands in for it. */
export function uidOf(object: KubeObject): string {
  return object.metadata.uid ?? `${object.kind}/${object.metadata.namespace ?? ''}/${object.metadata.name}`;
}

export interface ContainerInPod {
  readonly name: string;
  readonly status: JsonObject;
  readonly spec: JsonObject;
  readonly isInit: boolean;
}

/** Statuses of all containers of a pod, with their part of the specification. */
export function containersIn(pod: KubeObject): readonly ContainerInPod[] {
  return (['init', ''] as const).flatMap((prefix) => {
    const specs = listAt(pod.spec, prefix === 'init' ? 'initContainers' : 'containers');
    const statuses = listAt(pod.status, prefix === 'init' ? 'initContainerStatuses' : 'containerStatuses');
    return statuses.map((status) => {
      const name = textAt(status, 'name');
      return { name, status, spec: specs.find((spec) => spec['name'] === name) ?? {}, isInit: prefix === 'init' };
    });
  });
}

/** The path of a field of a container within its pod. */
export function fieldOf({ name, isInit }: ContainerInPod, ...path: readonly string[]): string {
  return formatFieldPath(['spec', isInit ? 'initContainers' : 'containers', { item: name }, ...path]);
}

export function containerKey(pod: KubeObject, container: string): string {
  return `${uidOf(pod)}/${container}`;
}

function forget({ objects, changedAt, firstSeen, pulls, ends }: GrowingMemory, uid: string): void {
  const known = objects.get(uid);
  for (const map of [objects, changedAt, firstSeen]) map.delete(uid);
  if (known?.kind !== 'Pod') return;
  for (const map of [pulls, ends]) {
    for (const key of map.keys()) if (key.startsWith(`${uid}/`)) map.delete(key);
  }
}

function seenSince(
  before: ReadonlyMap<string, number> | undefined,
  signs: readonly string[],
  now: Date,
): ReadonlyMap<string, number> {
  return new Map(signs.map((sign) => [sign, before?.get(sign) ?? now.getTime()]));
}

/** What looks wrong about an object, as words that stay the same while it stays wrong. */
function signsOf(object: KubeObject): readonly string[] {
  const signs = ['seen'];
  if (object.kind === 'Pod') {
    if (isUnscheduled(object)) signs.push('unscheduled');
    for (const { name, status } of containersIn(object)) {
      const reason = textAt(status, 'state', 'waiting', 'reason');
      if (reason !== '') signs.push(`${name}/${pullReasons.has(reason) ? 'pull' : reason}`);
    }
  }
  if (object.kind === 'PersistentVolumeClaim' && textAt(object.status, 'phase') !== 'Bound') signs.push('unbound');
  if (object.kind === 'ReplicaSet' && hasReplicaFailure(object)) signs.push('not-created');
  return signs;
}

export function isUnscheduled(pod: KubeObject): boolean {
  return listAt(pod.status, 'conditions').some(
    (condition) =>
      condition['type'] === 'PodScheduled' &&
      condition['status'] === 'False' &&
      condition['reason'] === 'Unschedulable',
  );
}

export function hasReplicaFailure(object: KubeObject): boolean {
  return hasCondition(object.status, 'ReplicaFailure');
}

function rememberContainers({ pulls, ends }: GrowingMemory, pod: KubeObject, uid: string): void {
  for (const { name, status, spec } of containersIn(pod)) {
    const key = `${uid}/${name}`;
    const trouble = pullTrouble(pulls.get(key), status, textAt(spec, 'image') || textAt(status, 'image'));
    if (trouble === undefined) pulls.delete(key);
    else pulls.set(key, trouble);
    const end = endOf(ends.get(key), status);
    if (end !== undefined) ends.set(key, end);
  }
}

function pullTrouble(before: PullTrouble | undefined, status: JsonObject, image: string): PullTrouble | undefined {
  const reason = textAt(status, 'state', 'waiting', 'reason');
  if (!pullReasons.has(reason)) return undefined;
  const text = textAt(status, 'state', 'waiting', 'message');
  const isBare = isBareBackOff(text);
  const code = isBare && before !== undefined ? before.code : classifyPull(text, image);
  const message = isBare && before !== undefined ? before.message : text;
  // The kubelet shows ErrImagePull after an attempt and ImagePullBackOff until the next one.
  const isAttempt = before === undefined || (reason !== 'ImagePullBackOff' && before.lastReason === 'ImagePullBackOff');
  const refusals = before?.code === code ? before.refusals + (isAttempt ? 1 : 0) : 1;
  return { code, message, refusals, lastReason: reason };
}

function endOf(before: Ends | undefined, status: JsonObject): Ends | undefined {
  const restartCount = numberAt(status, ['restartCount']);
  const source = numberAt(status, ['state', 'terminated', 'exitCode'], -1) >= 0 ? 'state' : 'lastState';
  const exitCode = numberAt(status, [source, 'terminated', 'exitCode'], -1);
  if (exitCode < 0) return before;
  const reason = textAt(status, source, 'terminated', 'reason');
  // Who joins late sees only the last exit, and takes the earlier ones to have been like it.
  if (before === undefined) return { exitCode, reason, restarts: restartCount, restartCount };
  if (before.exitCode !== exitCode) return { exitCode, reason, restarts: 0, restartCount };
  return {
    exitCode,
    reason,
    restarts: before.restarts + Math.max(0, restartCount - before.restartCount),
    restartCount,
  };
}
