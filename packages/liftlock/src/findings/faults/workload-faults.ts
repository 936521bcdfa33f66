import { formatRef, refOf, type KubeObject } from '../../model/kube.ts';
import { claimTrouble } from './claim-trouble.ts';
import { hasReplicaFailure, uidOf } from './memory.ts';
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
import { hasCondition, listAt, numberAt, textAt } from './read.ts';
import { refusedPods } from './refused-pods.ts';
import { controllerOf, eventOf, isHook } from './release-scope.ts';

/** Faults that no pod tells of: pods that are never created, Jobs that failed, claims that stay unbound. */
export function workloadFaults(evidence: SortedEvidence): readonly NamedFault[] {
  return [...notCreatedFaults(evidence), ...jobFaults(evidence), ...claimFaults(evidence)];
}

function notCreatedFaults(evidence: SortedEvidence): readonly NamedFault[] {
  const { objects, memory } = evidence;
  const ofReplicaSets = objects.newReplicaSets.filter(hasReplicaFailure).map((set) => {
    const condition = listAt(set.status, 'conditions').find((item) => item['type'] === 'ReplicaFailure');
    const workload = objects.workloads.find((item) => uidOf(item) === controllerOf(set)?.uid) ?? set;
    const first = memory.firstSeen.get(uidOf(set))?.get('not-created') ?? evidence.now.getTime();
    return notCreated(workload, textAt(condition, 'message'), first, textAt(condition, 'lastTransitionTime'), evidence);
  });
  // StatefulSets, DaemonSets and Jobs have no such condition, only events, and too few pods.
  const others = [...objects.workloads.filter((item) => item.kind !== 'Deployment'), ...objects.jobs].flatMap(
    (workload) => {
      if (evidence.baselineUids.has(uidOf(workload)) || !lacksPods(workload)) return [];
      const event = (objects.events.get(uidOf(workload)) ?? []).find((item) => eventOf(item).reason === 'FailedCreate');
      if (event === undefined) return [];
      const first = memory.firstSeen.get(uidOf(event))?.get('seen') ?? evidence.now.getTime();
      return [notCreated(workload, eventOf(event).message, first, eventOf(event).since, evidence)];
    },
  );
  return [...ofReplicaSets, ...others];
}

function lacksPods(workload: KubeObject): boolean {
  const { spec, status } = workload;
  if (workload.kind === 'Job') {
    return numberAt(status, ['active']) + numberAt(status, ['succeeded']) === 0 && !isFailed(workload);
  }
  if (workload.kind === 'DaemonSet')
    return numberAt(status, ['currentNumberScheduled']) < numberAt(status, ['desiredNumberScheduled']);
  return numberAt(status, ['replicas']) < numberAt(spec, ['replicas'], 1);
}

function notCreated(
  workload: KubeObject,
  text: string,
  since: number,
  written: string,
  evidence: SortedEvidence,
): NamedFault {
  return named(workload, {
    object: workload,
    ...creationGrace(text, since, evidence),
    ...refusedPods(text, workload.metadata.namespace),
    code: 'PODS_NOT_CREATED',
    message: `the cluster refuses to create pods of ${formatRef(refOf(workload))}: ${oneLine(text)}`,
    ...(written === '' ? {} : { since: written }),
  });
}

/** Quota may be freed by pods that end; a webhook may come back; what a policy forbids stays forbidden. */
function creationGrace(text: string, since: number, { graces, now }: SortedEvidence): Grace {
  if (/exceeded quota/i.test(text)) return graceFrom(since, graces.unschedulable, now);
  if (/failed calling webhook|timeout|deadline exceeded/i.test(text))
    return graceFrom(since, graces.transientPull, now);
  if (/forbidden|denied the request|violates|is invalid/i.test(text))
    return graceFrom(since, graces.missingReference, now);
  return graceFrom(since, graces.unschedulable, now);
}

/** The field that ends a Job, by the reason of its failure. Source: k8s.io/kubernetes pkg/controller/job/job_controller.go. */
export const jobFields: Readonly<Record<string, string>> = {
  BackoffLimitExceeded: 'spec.backoffLimit',
  DeadlineExceeded: 'spec.activeDeadlineSeconds',
};

function jobFaults(evidence: SortedEvidence): readonly NamedFault[] {
  return evidence.objects.jobs.flatMap((job) => {
    if (evidence.baselineUids.has(uidOf(job))) return [];
    const failures = numberAt(job.status, ['failed']);
    const isOver = isFailed(job);
    if (hasCondition(job.status, 'Complete') || (!isOver && failures === 0)) return [];
    const pod = evidence.objects.pods.filter((item) => item.workload === job).at(-1)?.pod;
    const reason = listAt(job.status, 'conditions').find((item) => item['type'] === 'Failed');
    const what = isHook(job) ? 'hook Job' : 'Job';
    const limit = numberAt(job.spec, ['backoffLimit'], 6);
    const message = isOver
      ? `${what} ${job.metadata.name} failed: ${textAt(reason, 'message') || textAt(reason, 'reason')}`
      : `${what} ${job.metadata.name}: ${failures} of ${limit + 1} tries failed`;
    const lines =
      pod === undefined ? [] : [...(evidence.logs ?? [])].find(([key]) => key.startsWith(`${pod.metadata.name}/`))?.[1];
    const since = textAt(reason, 'lastTransitionTime');
    return [
      named(job, {
        object: job,
        ...(isOver ? certain : forEver),
        code: 'JOB_FAILED',
        field: jobFields[textAt(reason, 'reason')],
        message,
        lines,
        ...(since === '' ? {} : { since }),
      }),
    ];
  });
}

function isFailed(job: KubeObject): boolean {
  return hasCondition(job.status, 'Failed');
}

/** Claims that something refuses to provide. One that only waits for its first pod is no fault. */
function claimFaults(evidence: SortedEvidence): readonly NamedFault[] {
  const { objects, memory, graces, now } = evidence;
  return objects.claims.flatMap((claim) => {
    const phase = textAt(claim.status, 'phase') || 'Pending';
    if (phase === 'Bound' || evidence.baselineUids.has(uidOf(claim))) return [];
    const told = (objects.events.get(uidOf(claim)) ?? [])
      .map((event) => ({ ...eventOf(event), at: memory.changedAt.get(uidOf(event)) ?? 0 }))
      .toSorted((a, b) => b.at - a.at)
      .find((event) => event.reason === 'ProvisioningFailed' || event.reason === 'FailedBinding');
    if (phase === 'Pending' && told === undefined) return [];
    const first = memory.firstSeen.get(uidOf(claim))?.get('unbound') ?? now.getTime();
    return [
      named(claim, {
        object: claim,
        ...(phase === 'Lost' ? certain : graceFrom(first, graces.unschedulable, now)),
        ...claimTrouble(claim, phase, told?.message ?? ''),
        code: 'CLAIM_PENDING',
        message: `claim ${claim.metadata.name} is ${phase}${told === undefined ? '' : `: ${oneLine(told.message)}`}`,
        ...(told === undefined || told.since === '' ? {} : { since: told.since }),
      }),
    ];
  });
}
