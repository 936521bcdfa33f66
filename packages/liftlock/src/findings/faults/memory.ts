import type { JsonObject } from '../../model/json.ts';
import type { KubeObject } from '../../model/kube.ts';
import type { WatchEvent } from '../../model/ports.ts';
import { formatFieldPath } from '../../release/field-path.ts';
import { classifyPull, isBareBackOff, type PullCode } from './pull-message.ts';
import { listAt, numberAt, textAt } from './read.ts';

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

export const emptyMemory: FaultMemory = {
  objects: new Map(),
  changedAt: new Map(),
  firstSeen: new Map(),
  pulls: new Map(),
  ends: new Map(),
};

/** Waiting reasons with which the kubelet says that it cannot get an image but will try again. */
export const pullReasons = new Set(['ErrImagePull', 'ImagePullBackOff', 'RegistryUnavailable']);

/** The memory after one more event. Pure: the memory that is given stays as it is. */
export function remember(memory: FaultMemory, event: WatchEvent, now: Date): FaultMemory {
  const { object } = event;
  const uid = uidOf(object);
  if (event.type === 'DELETED') return forget(memory, uid);
  const next = {
    objects: new Map(memory.objects).set(uid, object),
    changedAt: new Map(memory.changedAt).set(uid, now.getTime()),
    firstSeen: new Map(memory.firstSeen).set(uid, seenSince(memory.firstSeen.get(uid), signsOf(object), now)),
    pulls: memory.pulls,
    ends: memory.ends,
  };
  if (object.kind !== 'Pod') return next;
  return { ...next, ...rememberContainers(memory, object, uid) };
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

function forget(memory: FaultMemory, uid: string): FaultMemory {
  if (!memory.objects.has(uid)) return memory;
  const without = <T>(map: ReadonlyMap<string, T>, isGone: (key: string) => boolean) =>
    new Map([...map].filter(([key]) => !isGone(key)));
  return {
    objects: without(memory.objects, (key) => key === uid),
    changedAt: without(memory.changedAt, (key) => key === uid),
    firstSeen: without(memory.firstSeen, (key) => key === uid),
    pulls: without(memory.pulls, (key) => key.startsWith(`${uid}/`)),
    ends: without(memory.ends, (key) => key.startsWith(`${uid}/`)),
  };
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
  return listAt(object.status, 'conditions').some(
    (condition) => condition['type'] === 'ReplicaFailure' && condition['status'] === 'True',
  );
}

function rememberContainers(memory: FaultMemory, pod: KubeObject, uid: string): Pick<FaultMemory, 'pulls' | 'ends'> {
  const pulls = new Map(memory.pulls);
  const ends = new Map(memory.ends);
  for (const { name, status, spec } of containersIn(pod)) {
    const key = `${uid}/${name}`;
    const trouble = pullTrouble(memory.pulls.get(key), status, textAt(spec, 'image') || textAt(status, 'image'));
    if (trouble === undefined) pulls.delete(key);
    else pulls.set(key, trouble);
    const end = endOf(memory.ends.get(key), status);
    if (end !== undefined) ends.set(key, end);
  }
  return { pulls, ends };
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
