import type { Remedy } from '../../model/finding.ts';
import type { KubeObject } from '../../model/kube.ts';
import { formatFieldPath } from '../../release/field-path.ts';
import { byHand, correctSecurityContext, within } from './by-hand.ts';
import { fieldOf, uidOf, type ContainerInPod } from './memory.ts';
import { forEver, named, oneLine, type NamedFault, type SortedEvidence } from './named-fault.ts';
import { listAt, textAt } from './read.ts';
import { eventOf, type ScopedPod } from './release-scope.ts';

interface Trouble {
  readonly field?: string | undefined;
  readonly remedies: readonly Remedy[];
}

/**
 * A container that the node refuses to start, by the runtime's words; nothing where they fit no class.
 * Sources: k8s.io/kubernetes pkg/kubelet/kuberuntime/security_context_others.go; opencontainers/runc, libcontainer.
 */
export function notStarted(reason: string, text: string, container: ContainerInPod): Trouble | undefined {
  if (/\brunAsNonRoot\b/.test(text))
    return { field: fieldOf(container, 'securityContext'), remedies: [correctSecurityContext()] };
  const isCommand = /\bexec: .*(?:no such file or directory|executable file not found|permission denied)/.test(text);
  if (isCommand && /^(RunContainerError|CreateContainerError|StartError)$/.test(reason))
    return {
      field: fieldOf(container, 'command'),
      remedies: [
        byHand('correct-command', 'Correct the command, or the image that should have it, in the values file'),
      ],
    };
  return undefined;
}

/** True for events about a volume, and false for those about the pod's sandbox. */
export function isVolume(reason: string): boolean {
  return reason === 'FailedMount' || reason === 'FailedAttachVolume';
}

/** A volume that does not get to its pod. The claim is never to be made anew: its data would go. */
export function volumeTrouble(reason: string, message: string, pod: KubeObject): Trouble {
  if (!isVolume(reason)) return { remedies: [] };
  const described = ['kubectl', 'describe', 'pod', pod.metadata.name, ...within(pod.metadata)];
  const isHeld = /^Multi-Attach error|already (?:used by pod|exclusively attached)/.test(message);
  return {
    field: 'spec.volumes',
    remedies: [
      isHeld
        ? byHand('free-volume', 'Let the pod end that still holds the volume: strategy Recreate', described)
        : byHand('read-node-events', 'See why the node cannot mount it', described),
    ],
  };
}

/**
 * A pod that its node threw out.
 * Source: k8s.io/kubernetes pkg/kubelet/eviction/helpers.go, `The node was low on resource: …`.
 */
export function evictedFault({ pod, workload }: ScopedPod): NamedFault {
  const message = textAt(pod.status, 'message');
  const resource = /low on resource: ([\w-]+)/.exec(message)?.[1];
  return named(workload, {
    object: pod,
    // Its controller makes another one, which may find room.
    ...forEver,
    code: 'POD_EVICTED',
    field:
      resource === undefined
        ? undefined
        : formatFieldPath(['spec', 'containers', { item: '*' }, 'resources', 'requests', resource]),
    message: `pod ${pod.metadata.name} was evicted: ${oneLine(message)}`,
  });
}

/** The node's controller writes condition and event together, by two clocks of the cluster. */
const togetherMs = 5_000;

/**
 * A pod whose node does not answer: it is not ready, and whether it runs nobody knows. Its controller may make another one
 * only after a while, and that of a StatefulSet never while this one is not known to have ended.
 * Source: k8s.io/kubernetes pkg/controller/util/node/controller_utils.go, MarkPodsNotReady.
 */
export function lostNodeFault({ pod, workload }: ScopedPod, { objects }: SortedEvidence): NamedFault | undefined {
  // One that goes has been replaced already, but for a StatefulSet.
  if (pod.metadata.deletionTimestamp !== undefined && workload.kind !== 'StatefulSet') return undefined;
  const node = textAt(pod.spec, 'nodeName');
  const ready = listAt(pod.status, 'conditions').find((item) => item['type'] === 'Ready');
  const event = (objects.events.get(uidOf(pod)) ?? []).find((item) => eventOf(item).reason === 'NodeNotReady');
  if (node === '' || event === undefined || ready?.['status'] !== 'False') return undefined;
  // One that came back, and is not ready for a reason of its own, changed since.
  const told = Date.parse(eventOf(event).last);
  const since = textAt(ready, 'lastTransitionTime');
  if (told + togetherMs < Date.parse(since)) return undefined;
  return named(workload, {
    object: pod,
    ...forEver,
    code: 'NODE_LOST',
    field: 'spec.nodeName',
    message: `pod ${pod.metadata.name} is on node ${node}, which does not answer: whether it still runs is not known`,
    remedies: [
      byHand(
        'mend-node',
        'Bring the node back; one that is off for good is taken out of the cluster by whoever runs it',
        ['kubectl', 'describe', 'node', node],
      ),
    ],
    ...(since === '' ? {} : { since }),
  });
}

/** The probe that ends a container again and again, where events say so. */
export function killingProbe(
  container: ContainerInPod,
  { pod }: ScopedPod,
  { objects }: SortedEvidence,
): string | undefined {
  const probe = (objects.events.get(uidOf(pod)) ?? [])
    .map((event) => eventOf(event))
    .filter((event) => event.reason === 'Unhealthy' && (event.container === '' || event.container === container.name))
    .map((event) => /^(Liveness|Startup) probe (?:failed|errored)/.exec(event.message)?.[1])
    .find((name) => name !== undefined);
  return probe === undefined ? undefined : fieldOf(container, `${probe.toLowerCase()}Probe`);
}
