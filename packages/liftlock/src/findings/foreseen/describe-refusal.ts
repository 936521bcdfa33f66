import type { Owner, Refusal, RefusedObject } from './refusal.ts';

/** What a person reads of a refusal. */
export interface Description {
  readonly message: string;
  readonly field?: string | undefined;
}

/**
 * Says in one or two sentences what is refused and why.
 * @param release the release that wants the change
 * @param named how the object is called, where more is known of it than the refusal says
 */
export function describeRefusal(refusal: Refusal, release: string, named?: string): Description {
  const object = named ?? nameOf(refusal.object);
  switch (refusal.code) {
    case 'IMMUTABLE_FIELD': {
      const field = refusal.fields.join(', ');
      return {
        message: `${object}: the upgrade would change ${field}, which cannot be changed (${refusal.why}).`,
        field,
      };
    }
    case 'FOREIGN_OWNERSHIP':
      return {
        message: `${object} exists already and ${ownerWords(refusal.owner)}: helm refuses to take it into release ${release}.`,
      };
    case 'REMOVED_API_IN_CHART':
      return {
        message: `The chart has ${object} of ${versionOf(refusal.object)}, which this version of Kubernetes no longer serves.`,
      };
    case 'REMOVED_API_IN_RECORD':
      return {
        message: `helm's record of release ${release} has ${object} of ${versionOf(refusal.object)}, which this version of Kubernetes no longer serves: helm cannot compare with it and refuses every upgrade.`,
      };
    case 'CRD_MISSING':
      return {
        message: `The chart has ${object} of ${versionOf(refusal.object)}, a kind that the cluster does not know.`,
      };
    case 'APPLY_CONFLICT': {
      const owned = refusal.conflicts.map(({ manager, fields }) => `${fields.join(', ')} (by ${manager})`).join('; ');
      const field = [...new Set(refusal.conflicts.flatMap(({ fields }) => fields))].join(', ');
      return { message: `${object}: others own fields that the chart sets: ${owned}.`, field };
    }
    case 'ADMISSION_DENIED':
      return { message: `${object} is denied by ${refusal.by}: ${refusal.why}` };
    case 'WEBHOOK_DOWN':
      return { message: `${object} cannot be written: webhook ${refusal.webhook} does not answer: ${refusal.why}` };
    case 'QUOTA_EXCEEDED':
      return { message: `${object} exceeds ResourceQuota ${refusal.quota}: ${refusal.why}.` };
    case 'LIMIT_RANGE':
      return { message: `${object}: a LimitRange refuses its size: ${refusal.why}.` };
    case 'PERMISSION_MISSING':
      return { message: permissionWords(refusal) };
    case 'NAMESPACE_MISSING':
      return { message: `${object}: the namespace ${refusal.namespace} does not exist.` };
    case 'NAMESPACE_TERMINATING':
      return { message: `${object}: the namespace ${refusal.namespace} is being deleted, and takes nothing new.` };
    case 'STRICT_FIELD': {
      const field = refusal.fields.join(', ');
      return { message: `${object} has ${field}, which its API does not know or which stands there twice.`, field };
    }
    case 'RELEASE_PENDING':
      return { message: `Release ${release} is locked: another helm works on it, or died at it.` };
    case 'RELEASE_ABSENT':
      return { message: `helm knows no release ${release} that was ever deployed in this namespace.` };
    case 'OBJECT_MODIFIED':
      return { message: `${object} was written by somebody else in the same moment.` };
    case 'API_SERVER_AWAY':
      return { message: `The API server did not answer, or had no time: ${refusal.why}` };
    case 'CLUSTER_LOGIN_REFUSED':
      return { message: `The API server does not accept the login: ${refusal.why}` };
    case 'CLUSTER_CERTIFICATE_UNKNOWN':
      return { message: `The certificate of the API server is not trusted: ${refusal.why}` };
    case 'NOT_READY':
      return { message: `${object} was not ready in time: ${refusal.why}` };
    case 'JOB_FAILED':
      return { message: `${object} failed${refusal.reason === '' ? '' : `: ${refusal.reason}`}.` };
    case 'KUBERNETES_OUT_OF_RANGE':
      return { message: `The chart asks for Kubernetes ${refusal.range}; the cluster is ${refusal.version}.` };
    case 'RECORD_TOO_LARGE':
      return { message: `helm's record of release ${release} is larger than the 1 MiB that a Secret can hold.` };
    case 'TEMPLATE_FAILED': {
      const at = refusal.at === undefined ? '' : ` at ${refusal.at}`;
      return { message: `A template cannot be rendered: ${refusal.place}${at}: ${refusal.why}` };
    }
    case 'VALUES_SCHEMA': {
      const list = refusal.mistakes.map(({ chart, path, why }) => `${path === '' ? chart : path}: ${why}`).join('; ');
      return {
        message: `Values do not fit the schema of chart ${[...new Set(refusal.mistakes.map(({ chart }) => chart))].join(', ')}: ${list}.`,
        field: refusal.mistakes.map(({ path }) => path).join(', '),
      };
    }
  }
}

function nameOf(object: RefusedObject | undefined): string {
  if (object?.kind === undefined) return 'an object';
  const name =
    object.name === undefined ? '' : ` ${object.namespace === undefined ? '' : `${object.namespace}/`}${object.name}`;
  return `${object.kind}${name}`;
}

function versionOf(object: RefusedObject | undefined): string {
  return object?.apiVersion ?? 'a version';
}

/** Whose an object is. */
export function ownerWords({ managedBy, release, namespace }: Owner): string {
  if (release !== undefined) return `belongs to release ${namespace === undefined ? '' : `${namespace}/`}${release}`;
  if (namespace !== undefined) return `belongs to a release in namespace ${namespace}`;
  if (managedBy !== undefined && managedBy !== 'Helm') return `is managed by ${managedBy}`;
  return 'belongs to no release';
}

function permissionWords(refusal: Refusal & { readonly code: 'PERMISSION_MISSING' }): string {
  const { user, verb, resource, group, namespace } = refusal;
  const what = group === '' ? resource : `${resource}.${group}`;
  const where = namespace === undefined ? 'in the cluster' : `in namespace ${namespace}`;
  return verb === 'escalate'
    ? `${user} may not grant what ${what} of the chart grant: nobody may give more than they have.`
    : `${user} may not ${verb} ${what} ${where}.`;
}
