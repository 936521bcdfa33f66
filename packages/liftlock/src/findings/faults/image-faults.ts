import type { FaultCode } from '../catalog.ts';
import { containerKey, fieldOf, pullReasons, uidOf, type ContainerInPod, type PullTrouble } from './memory.ts';
import {
  certain,
  forEver,
  graceFrom,
  named,
  oneLine,
  type Grace,
  type NamedFault,
  type SortedEvidence,
} from './named-fault.ts';
import { classifyPull, type PullCode } from './pull-message.ts';
import { textAt } from './read.ts';
import { registryOf } from './registry-of.ts';
import { eventOf, type ScopedPod } from './release-scope.ts';

/** Asked again, a registry that refused will refuse again. */
const refusals = new Set<FaultCode>(['IMAGE_PULL_UNAUTHORIZED', 'IMAGE_PULL_FORBIDDEN', 'IMAGE_NOT_FOUND']);

const said: Readonly<Record<PullCode, (image: string, registry: string) => string>> = {
  IMAGE_PULL_UNAUTHORIZED: (image, registry) => `${registry} refuses the image ${image} with 401 (unauthorized)`,
  IMAGE_PULL_FORBIDDEN: (image, registry) => `${registry} refuses the image ${image} with 403 (forbidden)`,
  IMAGE_NOT_FOUND: (image, registry) => `${registry} does not have the image ${image}`,
  IMAGE_PULL_THROTTLED: (image, registry) => `${registry} throttles pulls of the image ${image} (429)`,
  IMAGE_PULL_UNREACHABLE: (image, registry) => `the node does not get the image ${image} from ${registry}`,
  FAULT_UNKNOWN: (image, registry) => `the image ${image} cannot be pulled from ${registry}`,
};

/** A container that waits for its image, or nothing. */
export function imageFault(
  container: ContainerInPod,
  scoped: ScopedPod,
  evidence: SortedEvidence,
): NamedFault | undefined {
  const reason = textAt(container.status, 'state', 'waiting', 'reason');
  const image = imageOf(container);
  const about = { object: scoped.pod, container: container.name, image, field: fieldOf(container, 'image') };
  const text = textAt(container.status, 'state', 'waiting', 'message');
  if (reason === 'InvalidImageName') {
    const message = `"${image}" is no valid name of an image: ${oneLine(text)}`;
    return named(scoped.workload, { ...about, ...certain, code: 'IMAGE_NAME_INVALID', message });
  }
  if (reason === 'ErrImageNeverPull') {
    const message = `the image ${image} is not on the node, and its pull policy is Never`;
    const field = fieldOf(container, 'imagePullPolicy');
    return named(scoped.workload, { ...about, ...certain, code: 'IMAGE_NEVER_PULL', field, message });
  }
  if (!pullReasons.has(reason)) return undefined;
  const trouble = troubleOf(container, scoped, evidence);
  const since = pullEvents(container, scoped, evidence)[0]?.since;
  return named(scoped.workload, {
    ...about,
    ...graceOf(trouble, container, scoped, evidence),
    code: trouble.code,
    message: `${said[trouble.code](image, registryOf(image))}: ${oneLine(trouble.message)}`,
    ...(since === undefined || since === '' ? {} : { since }),
  });
}

function imageOf(container: ContainerInPod): string {
  return textAt(container.spec, 'image') || textAt(container.status, 'image');
}

/** The status's own words; where they name no cause, the newest event's. */
function troubleOf(container: ContainerInPod, scoped: ScopedPod, evidence: SortedEvidence): PullTrouble {
  const seen = evidence.memory.pulls.get(containerKey(scoped.pod, container.name));
  const events = pullEvents(container, scoped, evidence);
  const told = seen?.code !== undefined && seen.code !== 'FAULT_UNKNOWN' ? seen : undefined;
  const last = events.at(-1);
  const code = told?.code ?? last?.code ?? 'FAULT_UNKNOWN';
  const counted = events.filter((event) => event.code === code).reduce((sum, event) => sum + event.count, 0);
  return {
    code,
    message: told?.message ?? last?.message ?? seen?.message ?? '',
    refusals: Math.max(told?.refusals ?? 0, counted),
    lastReason: '',
  };
}

/** The kubelet's events about pulls of this container, the oldest first. */
function pullEvents(container: ContainerInPod, { pod }: ScopedPod, { objects, memory }: SortedEvidence) {
  const image = imageOf(container);
  return (objects.events.get(uidOf(pod)) ?? [])
    .map((event) => ({ ...eventOf(event), changedAt: memory.changedAt.get(uidOf(event)) ?? 0 }))
    .filter((event) => event.reason === 'Failed' && event.message.startsWith('Failed to pull image'))
    .filter((event) => (event.container === '' ? event.message.includes(image) : event.container === container.name))
    .map((event) => ({ ...event, code: classifyPull(event.message, image) }))
    .toSorted((a, b) => a.changedAt - b.changedAt);
}

function graceOf(trouble: PullTrouble, container: ContainerInPod, scoped: ScopedPod, evidence: SortedEvidence): Grace {
  const { graces, memory, now } = evidence;
  const since = memory.firstSeen.get(uidOf(scoped.pod))?.get(`${container.name}/pull`) ?? now.getTime();
  if (trouble.code === 'FAULT_UNKNOWN') return forEver;
  if (!refusals.has(trouble.code)) return graceFrom(since, graces.transientPull, now);
  if (trouble.refusals >= graces.imageRefusals || isRefusedElsewhere(trouble.code, container, scoped, evidence))
    return certain;
  // Without events, and with a status that moves only once, the second attempt cannot be seen: it was made by then.
  return graceFrom(since, graces.transientPull, now);
}

/** The same image, refused in the same way on a second pod: not one bad node. */
function isRefusedElsewhere(
  code: FaultCode,
  container: ContainerInPod,
  scoped: ScopedPod,
  { objects, memory, baselineUids }: SortedEvidence,
): boolean {
  const image = imageOf(container);
  return objects.pods.some(({ pod, isNew }) => {
    if (!isNew || pod === scoped.pod || baselineUids.has(uidOf(pod))) return false;
    const containers = pod.spec?.['containers'];
    const names = Array.isArray(containers)
      ? containers.filter((item) => textAt(item, 'image') === image).map((item) => textAt(item, 'name'))
      : [];
    return names.some((name) => memory.pulls.get(containerKey(pod, name))?.code === code);
  });
}
