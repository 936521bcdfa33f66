/** How pods live when nothing is wrong: ready at once, Jobs and test pods complete, deleted ones go. */
import type { KubeObject } from './api-client.ts';
import {
  completed,
  patchStatus,
  renderPodStatus,
  renderStage,
  running,
  type ContainerLook,
  type PodLook,
} from './pod-templates.ts';

const up: ContainerLook = { state: running, ready: true, started: true };
const done: ContainerLook = { state: completed, ready: false, started: false };

/** jq: the pod is not being deleted. */
export const isKept = '(.metadata.deletionTimestamp == null)';
/** jq: the pod is ready. */
export const isReady = 'any(.status.conditions[]?; .type == "Ready" and .status == "True")';
/** jq: the pod is alive and not ready. */
export const isUnready = `(${isKept} and (.status.phase == "Pending" or .status.phase == "Running") and (${isReady} | not))`;
/** jq: the pod runs to its end: a Job's, or a hook that is a bare pod. */
export const isFinite =
  '(any(.metadata.ownerReferences[]?; .kind == "Job") or (.metadata.annotations["helm.sh/hook"] != null and .spec.restartPolicy != "Always"))';

/** A pod all of whose containers run and are ready. */
export const readyPod: PodLook = { phase: 'Running', choice: 'first', chosen: up, others: up, ready: true };
/** A pod all of whose containers ended well. */
export const donePod: PodLook = { phase: 'Succeeded', choice: 'first', chosen: done, others: done, ready: false };

/** The stages, as objects that KWOK reads. */
export function podStages(): KubeObject[] {
  return [
    renderStage({ name: 'pod-ready', when: isUnready, steps: [patchStatus(renderPodStatus(readyPod))] }),
    renderStage({
      name: 'pod-complete',
      when: `${isKept} and .status.phase == "Running" and ${isReady} and ${isFinite}`,
      steps: [patchStatus(renderPodStatus(donePod))],
    }),
    renderStage({ name: 'pod-delete', when: `${isKept} | not`, steps: [{ delete: true }] }),
  ];
}
