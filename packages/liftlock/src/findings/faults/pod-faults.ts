import { counted } from '../../model/counted.ts';
import type { JsonObject } from '../../model/json.ts';
import { imageFault } from './image-faults.ts';
import { containerKey, containersIn, fieldOf, isUnscheduled, uidOf, type ContainerInPod } from './memory.ts';
import { missingInEnvironment, missingInVolume } from './missing-reference.ts';
import { forEver, graceFrom, named, oneLine, type Grace, type NamedFault, type SortedEvidence } from './named-fault.ts';
import { listAt, numberAt, textAt } from './read.ts';
import { evictedFault, isVolume, killingProbe, lostNodeFault, notStarted, volumeTrouble } from './pod-troubles.ts';
import { eventOf, type ScopedPod } from './release-scope.ts';
import { unplaced } from './unschedulable.ts';

/** Waiting reasons that are part of every start. */
const starting = new Set(['', 'ContainerCreating', 'PodInitializing']);
/** Events with which an autoscaler says that it makes room. */
const scaleUps = new Set(['TriggeredScaleUp', 'Nominated']);
/** Events that explain why a container is still being created. */
const mountTroubles = new Set(['FailedMount', 'FailedAttachVolume', 'FailedCreatePodSandBox']);
const missing = /\bnot found\b|couldn't find key|non-existent|does not exist|references non-existent/i;

/** What is wrong with one pod of the new revision. */
export function podFaults(scoped: ScopedPod, evidence: SortedEvidence): readonly NamedFault[] {
  const lost = lostNodeFault(scoped, evidence);
  if (lost !== undefined) return [lost];
  if (scoped.pod.metadata.deletionTimestamp !== undefined) return [];
  if (textAt(scoped.pod.status, 'reason') === 'Evicted') return [evictedFault(scoped)];
  const unscheduled = unscheduledFault(scoped, evidence);
  if (unscheduled !== undefined) return [unscheduled];
  const containers = containersIn(scoped.pod).flatMap((container) => {
    const fault = containerFault(container, scoped, evidence);
    return fault === undefined ? [] : [fault];
  });
  return containers.length > 0 ? containers : mountFaults(scoped, evidence);
}

function containerFault(
  container: ContainerInPod,
  scoped: ScopedPod,
  evidence: SortedEvidence,
): NamedFault | undefined {
  const image = imageFault(container, scoped, evidence);
  if (image !== undefined) return image;
  const reason = textAt(container.status, 'state', 'waiting', 'reason');
  const text = oneLine(textAt(container.status, 'state', 'waiting', 'message'));
  if (isCrashing(container, scoped, evidence)) return crashFault(container, scoped, evidence);
  if (starting.has(reason)) return undefined;
  const about = { object: scoped.pod, container: container.name };
  if (reason === 'CreateContainerConfigError' && missing.test(text)) {
    const grace = graceFrom(
      seenAt(scoped, `${container.name}/${reason}`, evidence),
      evidence.graces.missingReference,
      evidence.now,
    );
    return named(scoped.workload, {
      ...about,
      ...grace,
      ...missingInEnvironment(text, scoped.pod, container),
      code: 'CONFIG_MISSING',
      message: `container ${container.name} cannot start: ${text}`,
    });
  }
  const message = `container ${container.name} waits: ${reason}${text === '' ? '' : `: ${text}`}`;
  const why = notStarted(reason, text, container);
  if (why !== undefined)
    return named(scoped.workload, { ...about, ...forEver, ...why, code: 'CONTAINER_NOT_STARTED', message });
  return named(scoped.workload, { ...about, ...forEver, code: 'FAULT_UNKNOWN', message });
}

/** Ended with an error, waiting for the next restart, or restarted too often to be believed while it is not ready. */
function isCrashing({ status, isInit }: ContainerInPod, { workload }: ScopedPod, { graces }: SortedEvidence): boolean {
  if (textAt(status, 'state', 'waiting', 'reason') === 'CrashLoopBackOff') return true;
  // A Job makes new pods by its own count: see jobFaults.
  if (workload.kind === 'Job') return false;
  if (numberAt(status, ['state', 'terminated', 'exitCode']) !== 0) return true;
  return !isInit && status['ready'] !== true && numberAt(status, ['restartCount']) >= graces.crashRestarts;
}

function crashFault(container: ContainerInPod, scoped: ScopedPod, evidence: SortedEvidence): NamedFault {
  const ends = evidence.memory.ends.get(containerKey(scoped.pod, container.name));
  const restarts = numberAt(container.status, ['restartCount']);
  const times = counted(restarts, 'restart');
  const exit = ends === undefined ? '' : `, exit code ${ends.exitCode}`;
  const isMemory = ends?.reason === 'OOMKilled';
  const limit = textAt(container.spec, 'resources', 'limits', 'memory');
  const message = isMemory
    ? `container ${container.name} was killed at its memory limit${limit === '' ? '' : ` of ${limit}`} (${times})`
    : `container ${container.name} ends again and again (${times}${exit})`;
  return named(scoped.workload, {
    object: scoped.pod,
    container: container.name,
    image: textAt(container.spec, 'image') || undefined,
    ...crashGrace(container, scoped, evidence, ends?.restarts ?? 0),
    code: isMemory ? 'OOM_KILLED' : 'CRASH_LOOP',
    field: isMemory ? fieldOf(container, 'resources', 'limits', 'memory') : killingProbe(container, scoped, evidence),
    message,
    lines: evidence.logs?.get(`${scoped.pod.metadata.name}/${container.name}`),
  });
}

function crashGrace(container: ContainerInPod, scoped: ScopedPod, evidence: SortedEvidence, restarts: number): Grace {
  const seen = seenAt(scoped, 'seen', evidence);
  const began = Date.parse(textAt(scoped.pod.status, 'startTime'));
  const budget = graceFrom(
    Math.min(seen, Number.isNaN(began) ? seen : began),
    startupBudget(container.spec) * evidence.graces.scale,
    evidence.now,
  );
  // A Job has its own limit of tries.
  if (scoped.workload.kind === 'Job') return forEver;
  return restarts >= evidence.graces.crashRestarts ? budget : { ...budget, isCertain: false };
}

/** Seconds that the startup probe grants before the kubelet gives the container up. */
function startupBudget(spec: JsonObject): number {
  const probe = spec['startupProbe'];
  if (probe === undefined || probe === null) return 0;
  const delay = numberAt(probe, ['initialDelaySeconds']);
  return delay + numberAt(probe, ['failureThreshold'], 3) * numberAt(probe, ['periodSeconds'], 10);
}

function unscheduledFault(scoped: ScopedPod, evidence: SortedEvidence): NamedFault | undefined {
  const { pod } = scoped;
  if (!isUnscheduled(pod)) return undefined;
  const condition = listAt(pod.status, 'conditions').find((item) => item['type'] === 'PodScheduled');
  const text = textAt(condition, 'message');
  // The claim itself says more: see claimFaults.
  if (/unbound immediate PersistentVolumeClaims/.test(text)) return undefined;
  const scaleUp = (evidence.objects.events.get(uidOf(pod)) ?? [])
    .filter((event) => scaleUps.has(eventOf(event).reason))
    .map((event) => evidence.memory.changedAt.get(uidOf(event)) ?? 0);
  // A nomination means that room is being made on that node right now.
  const nominated =
    textAt(pod.status, 'nominatedNodeName') === '' ? [] : [evidence.memory.changedAt.get(uidOf(pod)) ?? 0];
  const from = Math.max(seenAt(scoped, 'unscheduled', evidence), ...scaleUp, ...nominated);
  const since = textAt(condition, 'lastTransitionTime');
  return named(scoped.workload, {
    object: pod,
    ...graceFrom(from, evidence.graces.unschedulable, evidence.now),
    ...unplaced(text, pod),
    code: 'UNSCHEDULABLE',
    message: `no node takes pod ${pod.metadata.name}: ${oneLine(text)}`,
    ...(since === '' ? {} : { since }),
  });
}

/** Volumes that cannot be mounted, and sandboxes that cannot be made: only events tell. */
function mountFaults(scoped: ScopedPod, evidence: SortedEvidence): readonly NamedFault[] {
  const isCreating = containersIn(scoped.pod).some(
    ({ status }) => textAt(status, 'state', 'waiting', 'reason') === 'ContainerCreating',
  );
  if (!isCreating) return [];
  const events = (evidence.objects.events.get(uidOf(scoped.pod)) ?? []).filter((event) =>
    mountTroubles.has(eventOf(event).reason),
  );
  const newest = events.toSorted(
    (a, b) => (evidence.memory.changedAt.get(uidOf(b)) ?? 0) - (evidence.memory.changedAt.get(uidOf(a)) ?? 0),
  )[0];
  if (newest === undefined) return [];
  const { message, since, reason } = eventOf(newest);
  const isMissing = /\b(secret|configmap)\b.*\bnot found\b|references non-existent/i.test(message);
  const first = seenAt({ ...scoped, pod: newest }, 'seen', evidence);
  const grace = isMissing ? graceFrom(first, evidence.graces.missingReference, evidence.now) : forEver;
  return [
    named(scoped.workload, {
      object: scoped.pod,
      ...grace,
      ...(isMissing ? missingInVolume(message, scoped.pod) : volumeTrouble(reason, message, scoped.pod)),
      code: isMissing ? 'CONFIG_MISSING' : isVolume(reason) ? 'VOLUME_NOT_MOUNTED' : 'FAULT_UNKNOWN',
      message: `pod ${scoped.pod.metadata.name} cannot start: ${oneLine(message)}`,
      ...(since === '' ? {} : { since }),
    }),
  ];
}

function seenAt({ pod }: ScopedPod, sign: string, { memory, now }: SortedEvidence): number {
  return memory.firstSeen.get(uidOf(pod))?.get(sign) ?? now.getTime();
}
