import { containersIn, isUnscheduled, uidOf } from '../findings/faults/memory.ts';
import { hasCondition, listAt, numberAt, textAt } from '../findings/faults/read.ts';
import { controllerOf, isObserved } from '../findings/faults/release-scope.ts';
import { isReady, rolloutOf } from '../findings/faults/rollout.ts';
import { refOf, type KubeObject } from '../model/kube.ts';
import type { HealthItem } from '../model/snapshot.ts';

type Judgement = Pick<HealthItem, 'state' | 'reason' | 'message'>;

/** Waiting reasons that a start passes through. */
const starting = new Set(['', 'ContainerCreating', 'PodInitializing']);

/** A pod by its phase and by what its containers wait for or ended with (the phase alone calls a crash loop Running). */
export function podHealth(pod: KubeObject, release: string | undefined): HealthItem {
  const owner = pod.metadata.ownerReferences?.find((item) => item.controller === true);
  const restarts = containersIn(pod).reduce((sum, { status }) => sum + numberAt(status, ['restartCount']), 0);
  return {
    ...itemOf(pod, release),
    ...judgePod(pod),
    restarts,
    ...(owner === undefined
      ? {}
      : {
          owner: {
            apiVersion: owner.apiVersion,
            kind: owner.kind,
            namespace: pod.metadata.namespace,
            name: owner.name,
          },
        }),
  };
}

function judgePod(pod: KubeObject): Judgement {
  const phase = textAt(pod.status, 'phase');
  if (phase === 'Succeeded') return { state: 'done', reason: 'Completed', message: '' };
  if (pod.metadata.deletionTimestamp !== undefined) return { state: 'progressing', reason: 'Terminating', message: '' };
  for (const { name, status } of containersIn(pod)) {
    const waiting = textAt(status, 'state', 'waiting', 'reason');
    if (!starting.has(waiting)) {
      return {
        state: 'unhealthy',
        reason: waiting,
        message: `${name}: ${textAt(status, 'state', 'waiting', 'message')}`,
      };
    }
    const exitCode = numberAt(status, ['state', 'terminated', 'exitCode']);
    if (exitCode !== 0) {
      const reason = textAt(status, 'state', 'terminated', 'reason') || 'Error';
      return { state: 'unhealthy', reason, message: `${name} ended with exit code ${exitCode}` };
    }
  }
  if (phase === 'Failed')
    return {
      state: 'unhealthy',
      reason: textAt(pod.status, 'reason') || 'Failed',
      message: textAt(pod.status, 'message'),
    };
  if (isUnscheduled(pod)) {
    const condition = listAt(pod.status, 'conditions').find((item) => item['type'] === 'PodScheduled');
    return { state: 'unhealthy', reason: 'Unschedulable', message: textAt(condition, 'message') };
  }
  if (phase !== 'Running') return { state: 'progressing', reason: phase || 'Pending', message: '' };
  if (isReady(pod)) return { state: 'healthy', reason: 'Running', message: '' };
  // A startup probe that has not passed yet is a start, not a failure.
  const isStarting = containersIn(pod).some(({ status, isInit }) => !isInit && status['started'] === false);
  return isStarting
    ? { state: 'progressing', reason: 'Starting', message: '' }
    : { state: 'unhealthy', reason: 'NotReady', message: 'it runs, but is not ready' };
}

/** A failed pod of a Job that has completed since, or of one that makes new pods still, is no failure of its own. */
export function forgiveRetries(item: HealthItem, pod: KubeObject, jobs: readonly KubeObject[]): HealthItem {
  const job = jobs.find((candidate) => uidOf(candidate) === controllerOf(pod)?.uid);
  if (job === undefined || textAt(pod.status, 'phase') !== 'Failed') return item;
  if (hasCondition(job.status, 'Complete'))
    return { ...item, state: 'done', reason: 'Completed', message: 'a later try of its Job succeeded' };
  return hasCondition(job.status, 'Failed') ? item : { ...item, state: 'progressing', reason: 'Retrying' };
}

/** A workload by its own counts; pods have items of their own. */
export function workloadHealth(workload: KubeObject, release: string | undefined): HealthItem {
  const rollout = rolloutOf(workload, []);
  return { ...itemOf(workload, release), ...judgeWorkload(workload, rollout.message), restarts: 0 };
}

function judgeWorkload(workload: KubeObject, message: string): Judgement {
  if (message === '')
    return {
      state: workload.kind === 'Job' ? 'done' : 'healthy',
      reason: workload.kind === 'Job' ? 'Complete' : 'Ready',
      message: '',
    };
  const conditions = listAt(workload.status, 'conditions');
  const failed = conditions.find((item) => item['type'] === 'Failed' && item['status'] === 'True');
  if (failed !== undefined) return { state: 'unhealthy', reason: textAt(failed, 'reason') || 'Failed', message };
  const stuck = conditions.find((item) => item['type'] === 'Progressing' && item['status'] === 'False');
  if (stuck !== undefined) return { state: 'unhealthy', reason: textAt(stuck, 'reason'), message };
  if (workload.kind === 'Job' || !isObserved(workload) || isRolling(workload))
    return { state: 'progressing', reason: 'Progressing', message };
  return { state: 'unhealthy', reason: 'NotReady', message };
}

/** Updated pods are still being made: what is missing may come. */
function isRolling({ kind, spec, status }: KubeObject): boolean {
  if (kind === 'DaemonSet')
    return numberAt(status, ['updatedNumberScheduled']) < numberAt(status, ['desiredNumberScheduled']);
  const desired = numberAt(spec, ['replicas'], 1);
  const update = textAt(status, 'updateRevision');
  if (kind === 'StatefulSet' && update === textAt(status, 'currentRevision')) return false;
  return numberAt(status, ['updatedReplicas']) < desired || numberAt(status, ['replicas']) > desired;
}

export function claimHealth(claim: KubeObject, release: string | undefined): HealthItem {
  const phase = textAt(claim.status, 'phase') || 'Pending';
  const state = phase === 'Bound' ? 'healthy' : phase === 'Pending' ? 'progressing' : 'unhealthy';
  return { ...itemOf(claim, release), state, reason: phase, message: '', restarts: 0 };
}

export function nodeHealth(node: KubeObject): HealthItem {
  const ready = listAt(node.status, 'conditions').find((item) => item['type'] === 'Ready');
  const isHealthy = ready?.['status'] === 'True';
  const message = isHealthy ? '' : textAt(ready, 'message');
  return {
    ...itemOf(node, undefined),
    state: isHealthy ? 'healthy' : 'unhealthy',
    reason: isHealthy ? 'Ready' : 'NotReady',
    message,
    restarts: 0,
  };
}

function itemOf(object: KubeObject, release: string | undefined): Pick<HealthItem, 'object' | 'uid' | 'release'> {
  return { object: refOf(object), uid: object.metadata.uid, ...(release === undefined ? {} : { release }) };
}
