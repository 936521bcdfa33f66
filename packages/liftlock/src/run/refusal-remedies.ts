import {
  byHand,
  correctSecurityContext,
  correctValues,
  create,
  meetLimits,
  meetPolicy,
  mendWebhook,
  raiseQuota,
  waitAndResume,
} from '../findings/faults/by-hand.ts';
import { limitField, nameOf } from '../findings/faults/refused-pods.ts';
import { remediesOf } from '../findings/faults/remedies.ts';
import { jobFields } from '../findings/faults/workload-faults.ts';
import { describeRefusal } from '../findings/foreseen/describe-refusal.ts';
import { lossOf } from '../findings/foreseen/recreation.ts';
import type { Refusal, RefusedObject } from '../findings/foreseen/refusal.ts';
import { allowing } from '../findings/make-finding.ts';
import type { Remedy } from '../model/finding.ts';
import type { ObjectRef } from '../model/kube.ts';
import type { HelmRollbackStep, HelmUpgradeStep } from '../model/step.ts';
import { adoptRemedy, dropRemedy, recreateRemedy, rewriteRemedy } from '../plan/remedy-steps.ts';

type HelmStep = HelmUpgradeStep | HelmRollbackStep;

/** Of these the release is the object: whatever else helm names is its record. */
const ofRelease = new Set([
  'RELEASE_PENDING',
  'RELEASE_ABSENT',
  'RECORD_TOO_LARGE',
  'VALUES_SCHEMA',
  'TEMPLATE_FAILED',
]);

/** The object that is to be looked at: for a namespace that is missing that one, and not what was to be put into it. */
export function refusedObject(refusal: Refusal): RefusedObject | undefined {
  if (refusal.code === 'NAMESPACE_MISSING' || refusal.code === 'NAMESPACE_TERMINATING')
    return { apiVersion: 'v1', kind: 'Namespace', name: refusal.namespace };
  return ofRelease.has(refusal.code) ? undefined : refusal.object;
}

/** The field that is refused, or that a person has to look at. */
export function refusedField(refusal: Refusal, release: string): string | undefined {
  switch (refusal.code) {
    case 'FOREIGN_OWNERSHIP':
      return 'metadata';
    case 'REMOVED_API_IN_CHART':
    case 'REMOVED_API_IN_RECORD':
    case 'CRD_MISSING':
      return 'apiVersion';
    case 'QUOTA_EXCEEDED':
      return requestedOf(refusal.why);
    case 'LIMIT_RANGE':
      return limitField(refusal.why, refusal.object?.kind !== 'Pod');
    case 'PERMISSION_MISSING':
      return refusal.verb === 'escalate' ? 'rules' : undefined;
    case 'NAMESPACE_TERMINATING':
      return 'metadata.deletionTimestamp';
    case 'TEMPLATE_FAILED':
      return refusal.at;
    case 'OBJECT_MODIFIED':
      return 'metadata.resourceVersion';
    case 'KUBERNETES_OUT_OF_RANGE':
      return 'kubeVersion';
    case 'JOB_FAILED':
      return jobFields[refusal.reason];
    default:
      return describeRefusal(refusal, release).field;
  }
}

/**
 * What takes a refusal away, the least destructive first: what `liftlock resume --allow` takes, after it has asked the cluster
 * whether that is safe, and what a person does by hand. Nothing is offered that would destroy data.
 */
export function refusalRemedies(refusal: Refusal, step: HelmStep): readonly Remedy[] {
  switch (refusal.code) {
    case 'IMMUTABLE_FIELD':
      return immutableRemedies(refusal.object, step);
    case 'FOREIGN_OWNERSHIP':
      return ownerRemedies(refusal.owner.release, refusal.object, step);
    case 'REMOVED_API_IN_RECORD':
      return [rewriting(step)];
    case 'REMOVED_API_IN_CHART':
      return [byHand('newer-chart', 'Choose a version of the chart that has the API version which the cluster serves')];
    case 'CRD_MISSING':
      return [byHand(`install-crd:${crdOf(refusal.object)}`, 'Install the definition of this kind first')];
    case 'APPLY_CONFLICT':
      return refusal.conflicts.map(({ manager }) =>
        byHand(`settle-owner:${manager}`, `Settle with ${manager} who sets the field`),
      );
    case 'NAMESPACE_MISSING':
      return [create('Namespace', refusal.namespace)];
    case 'NAMESPACE_TERMINATING':
      return [
        byHand(`await-namespace:${refusal.namespace}`, 'Wait until the namespace is gone, and see who deleted it'),
      ];
    case 'PERMISSION_MISSING':
      return [grant(refusal.verb, refusal.group === '' ? refusal.resource : `${refusal.resource}.${refusal.group}`)];
    case 'ADMISSION_DENIED':
      return refusal.by.startsWith('PodSecurity') ? [correctSecurityContext()] : [meetPolicy(nameOf(refusal.by))];
    case 'WEBHOOK_DOWN':
      return [mendWebhook(refusal.webhook, refusal.service)];
    case 'QUOTA_EXCEEDED':
      return [raiseQuota(refusal.quota, step.namespace)];
    case 'LIMIT_RANGE':
      return [meetLimits(step.namespace)];
    case 'STRICT_FIELD':
    case 'TEMPLATE_FAILED':
    case 'VALUES_SCHEMA':
      return [correctValues()];
    case 'JOB_FAILED':
    case 'NOT_READY':
      return remediesOf({ code: refusal.code, object: refOf(refusal.object, step) });
    default:
      return plainRemedies[refusal.code];
  }
}

/** Refusals that say all by their class. */
const plainRemedies = {
  RELEASE_PENDING: [byHand('resume', 'Go on: liftlock unlocks what its own helm left locked', ['liftlock', 'resume'])],
  RECORD_TOO_LARGE: [
    byHand('shrink-record', 'Move what is large out of the chart or the values: the record holds both'),
  ],
  RELEASE_ABSENT: [checkCluster()],
  CLUSTER_CERTIFICATE_UNKNOWN: [checkCluster()],
  KUBERNETES_OUT_OF_RANGE: [byHand('choose-version', 'Choose a version that goes with this Kubernetes')],
  CLUSTER_LOGIN_REFUSED: [byHand('renew-login', 'Log in to the cluster anew', ['kubectl', 'auth', 'whoami'])],
  API_SERVER_AWAY: [waitAndResume('Wait until the API server answers again')],
  OBJECT_MODIFIED: [byHand('try-again', 'Go on: it is looked at anew', ['liftlock', 'resume'])],
} satisfies Readonly<Record<string, readonly Remedy[]>>;

function checkCluster(): Remedy {
  return byHand('check-cluster', 'See that this is the cluster and the namespace which are meant', [
    'kubectl',
    'config',
    'current-context',
  ]);
}

function grant(verb: string, resource: string): Remedy {
  return byHand(`grant:${verb}:${resource}`, `Have whoever runs the cluster grant ${verb} on ${resource}`);
}

function immutableRemedies(object: RefusedObject | undefined, step: HelmStep): readonly Remedy[] {
  const named = objectOf(object);
  if (named === undefined || step.kind !== 'helm-upgrade') return [];
  const drop = step.force === true ? [allowing(dropRemedy(step.component, '--force'), 'Leave --force out')] : [];
  const loss = lossOf(named);
  if (loss === undefined) {
    const address = `${named.kind.toLowerCase()}/${named.name}`;
    return [...drop, byHand(`keep-value:${address}`, 'Keep the former value: this field cannot change')];
  }
  const title = `Delete ${named.kind} ${named.name} and let helm make it anew: ${loss}`;
  return [...drop, allowing(recreateRemedy(named, step.namespace), title, { destructive: true })];
}

function ownerRemedies(
  owner: string | undefined,
  object: RefusedObject | undefined,
  step: HelmStep,
): readonly Remedy[] {
  const named = objectOf(object);
  if (owner !== undefined)
    return [byHand(`ask-owner:${owner}`, `Ask whoever runs release ${owner}, to which the object belongs`)];
  return named === undefined || step.kind !== 'helm-upgrade'
    ? []
    : [allowing(adoptRemedy(named, step.namespace), 'Make the object one of this release')];
}

function objectOf(object: RefusedObject | undefined): ObjectRef | undefined {
  const { kind, name, namespace, apiVersion = '' } = object ?? {};
  return kind === undefined || name === undefined ? undefined : { apiVersion, kind, name, namespace };
}

function refOf(object: RefusedObject | undefined, { namespace }: HelmStep): ObjectRef {
  return (
    objectOf(object === undefined ? undefined : { namespace, ...object }) ?? {
      apiVersion: '',
      kind: 'Release',
      name: '',
      namespace,
    }
  );
}

/** A way back is planned without remedies: there a person does it. */
function rewriting({ kind, component }: HelmStep): Remedy {
  const title = "Rewrite the API version in helm's record to one that the cluster serves";
  return kind === 'helm-upgrade' ? allowing(rewriteRemedy(component), title) : byHand(rewriteRemedy(component), title);
}

/** `servicemonitor.monitoring.coreos.com`. */
function crdOf(object: RefusedObject | undefined): string {
  const group = object?.apiVersion?.split('/')[0] ?? '';
  return `${object?.kind?.toLowerCase() ?? ''}.${group}`;
}

/** `requests.cpu` of `requested: requests.cpu=1,pods=1, used: …`. */
function requestedOf(why: string): string | undefined {
  const list = /requested: (.*?), used: /.exec(why)?.[1];
  return list
    ?.split(',')
    .map((item) => item.split('=')[0] ?? '')
    .join(', ');
}
