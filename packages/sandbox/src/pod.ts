/** Pods, as far as the sandbox looks at them, and which of them a rule is about. */
import type { KubeObject } from './api-client.ts';

/** A container of a pod's specification. */
export interface Container {
  name: string;
  image: string;
  restartPolicy?: string;
}

/** A condition in a pod's status. */
export interface PodCondition {
  type: string;
  status: string;
  reason?: string;
  message?: string;
}

/** What the kubelet says of a container. */
export interface ContainerStatus {
  name: string;
  image: string;
  ready: boolean;
  restartCount: number;
  state?: {
    waiting?: { reason?: string; message?: string };
    running?: { startedAt?: string };
    terminated?: { exitCode: number; reason?: string };
  };
  lastState?: { terminated?: { exitCode: number; reason?: string } };
}

/** A pod. */
export interface Pod extends KubeObject {
  spec: { nodeName?: string; restartPolicy?: string; containers: Container[]; initContainers?: Container[] };
  status?: {
    phase?: string;
    startTime?: string;
    conditions?: PodCondition[];
    containerStatuses?: ContainerStatus[];
    initContainerStatuses?: ContainerStatus[];
  };
}

/**
 * Which pods: those that run an image, those of a namespace whose name begins so, or those with a label. An image is
 * matched by its whole reference, by its reference without tag, or by the end of its path (`team/api` is also
 * `registry.example/team/api:1.2`).
 */
export type PodMatch =
  | { image: string }
  | { podNamePrefix: string; namespace: string }
  | { label: { key: string; value: string }; namespace?: string | undefined };

/** Whether a container's image is the one that a match names. */
export function isImage(reference: string, wanted: string): boolean {
  const padded = `/${reference}`;
  const place = padded.lastIndexOf(`/${wanted}`);
  if (place < 0) return false;
  const rest = padded.slice(place + 1 + wanted.length);
  return rest === '' || rest.startsWith('@') || (rest.startsWith(':') && !rest.includes('/'));
}

/** Whether a pod is one of those. */
export function isMatch(pod: Pod, match: PodMatch): boolean {
  if ('image' in match) {
    const containers = [...pod.spec.containers, ...(pod.spec.initContainers ?? [])];
    return containers.some(({ image }) => isImage(image, match.image));
  }
  if ('podNamePrefix' in match) {
    return pod.metadata.namespace === match.namespace && (pod.metadata.name ?? '').startsWith(match.podNamePrefix);
  }
  const isThere = match.namespace === undefined || match.namespace === pod.metadata.namespace;
  return isThere && pod.metadata.labels?.[match.label.key] === match.label.value;
}
