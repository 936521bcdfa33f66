import { counted } from '../../model/counted.ts';
import { hasCondition, listAt, numberAt, textAt } from './read.ts';
import type { KubeObject } from '../../model/kube.ts';
import type { WorkloadProgress } from '../../model/progress.ts';
import { isObserved, type ScopedPod } from './release-scope.ts';

/** How far a workload is, and whether it is healthy by O16: stricter than `helm --wait`. */
export interface Rollout extends WorkloadProgress {
  readonly isHealthy: boolean;
}

/**
 * Judges a workload by its status and its pods: specification observed, all replicas updated, ready and available, no
 * pod of an older revision left. helm is content with less: one of one may be unavailable, `OnDelete` counts at once.
 */
export function rolloutOf(workload: KubeObject, pods: readonly ScopedPod[]): Rollout {
  const own = pods.filter((item) => item.workload === workload);
  const counts = countsOf(workload);
  const message = waitsFor(workload, counts, own);
  return {
    kind: workload.kind,
    name: workload.metadata.name,
    desired: counts.desired,
    updated: isObserved(workload) || workload.kind === 'Job' ? counts.updated : 0,
    ready: Math.min(
      counts.ready,
      own.length === 0 ? counts.ready : own.filter((item) => item.isNew && isReady(item.pod)).length,
    ),
    message,
    isHealthy: message === '',
  };
}

interface Counts {
  readonly desired: number;
  readonly total: number;
  readonly updated: number;
  readonly ready: number;
  readonly available: number;
}

function countsOf(workload: KubeObject): Counts {
  const { spec, status } = workload;
  if (workload.kind === 'Job') {
    const done = numberAt(status, ['succeeded']);
    const desired = numberAt(spec, ['completions'], 1);
    return { desired, total: desired, updated: done + numberAt(status, ['active']), ready: done, available: done };
  }
  if (workload.kind === 'DaemonSet') {
    const desired = numberAt(status, ['desiredNumberScheduled']);
    return {
      desired,
      total: numberAt(status, ['currentNumberScheduled']),
      updated: numberAt(status, ['updatedNumberScheduled']),
      ready: numberAt(status, ['numberReady']),
      available: numberAt(status, ['numberAvailable']),
    };
  }
  const ready = numberAt(status, ['readyReplicas']);
  return {
    desired: numberAt(spec, ['replicas'], 1),
    total: numberAt(status, ['replicas']),
    updated: numberAt(status, ['updatedReplicas']),
    ready,
    available: numberAt(status, ['availableReplicas'], workload.kind === 'StatefulSet' ? ready : 0),
  };
}

/** What the workload waits for, or nothing. */
function waitsFor(workload: KubeObject, counts: Counts, pods: readonly ScopedPod[]): string {
  if (workload.kind === 'Job') return jobWaitsFor(workload, counts);
  if (!isObserved(workload)) return 'its controller has not seen the new specification';
  if (workload.kind === 'Deployment' && workload.spec?.['paused'] === true) return 'it is paused';
  // With a partition, pods of lower ordinals keep the old revision on purpose.
  const partition =
    workload.kind === 'StatefulSet' ? numberAt(workload.spec, ['updateStrategy', 'rollingUpdate', 'partition']) : 0;
  const toUpdate = Math.max(0, counts.desired - partition);
  const old = pods.filter((item) => !item.isNew && !(partition > 0 && ordinalOf(item.pod) < partition));
  const names = old.map((item) => item.pod.metadata.name).join(', ');
  if (textAt(workload.spec, 'updateStrategy', 'type') === 'OnDelete' && old.length > 0) {
    return `OnDelete: pods of the old revision stay until someone deletes them: ${names}`;
  }
  if (updatedOf(workload, counts) < toUpdate) return `${counts.updated} of ${toUpdate} pods are updated`;
  if (old.length > 0) {
    // Old pods mostly stay because the new ones are not ready: that is what is waited for.
    const ready = pods.filter((item) => item.isNew && isReady(item.pod)).length;
    const first = ready < toUpdate ? `${ready} of ${toUpdate} new pods are ready, ` : '';
    return `${first}${counted(old.length, 'pod')} of an older revision left: ${names}`;
  }
  if (counts.total > counts.desired) return `${counts.total - counts.desired} pods too many`;
  if (counts.ready < counts.desired) return `${counts.ready} of ${counts.desired} pods are ready`;
  if (counts.available < counts.desired) return `${counts.available} of ${counts.desired} pods are available`;
  return '';
}

/** A StatefulSet whose revisions are one again reports no updated replicas with some strategies. */
function updatedOf(workload: KubeObject, counts: Counts): number {
  if (workload.kind !== 'StatefulSet') return counts.updated;
  const update = textAt(workload.status, 'updateRevision');
  return update !== '' && update === textAt(workload.status, 'currentRevision')
    ? Math.max(counts.updated, counts.total)
    : counts.updated;
}

function jobWaitsFor(job: KubeObject, counts: Counts): string {
  const condition = (type: string) =>
    listAt(job.status, 'conditions').find((item) => item['type'] === type && item['status'] === 'True');
  if (condition('Complete') !== undefined) return '';
  const failed = condition('Failed');
  if (failed !== undefined) return `it failed: ${textAt(failed, 'message') || textAt(failed, 'reason')}`;
  if (job.spec?.['suspend'] === true) return 'it is suspended';
  return `${counts.ready} of ${counts.desired} completions`;
}

function ordinalOf(pod: KubeObject): number {
  return Number(/-(\d+)$/.exec(pod.metadata.name)?.[1] ?? Number.NaN);
}

export function isReady(pod: KubeObject): boolean {
  return hasCondition(pod.status, 'Ready');
}

/** Why a claim keeps the release from being healthy, or nothing. One that nobody mounts may wait for its first pod. */
export function claimWaitsFor(claim: KubeObject, isMounted: boolean, waitsForConsumer: boolean): string {
  const phase = textAt(claim.status, 'phase') || 'Pending';
  if (phase === 'Bound') return '';
  if (phase === 'Pending' && !isMounted && waitsForConsumer) return '';
  return `it is ${phase}`;
}
