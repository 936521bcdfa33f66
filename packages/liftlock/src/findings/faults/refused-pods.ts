import type { Remedy } from '../../model/finding.ts';
import { formatFieldPath } from '../../release/field-path.ts';
import { podRefusal } from '../foreseen/pod-refusal.ts';
import { serverRefusal } from '../foreseen/server-refusals.ts';
import { correctSecurityContext, create, meetLimits, meetPolicy, mendWebhook, raiseQuota } from './by-hand.ts';

/** Why pods are not created, as far as the API server's words say it. */
export interface RefusedPods {
  readonly field?: string | undefined;
  readonly remedies: readonly Remedy[];
}

const inTemplate = ['spec', 'template', 'spec'] as const;

/** The field of the workload's template and the remedy; nothing where no class is certain. */
export function refusedPods(text: string, namespace: string | undefined): RefusedPods {
  const { code, missing } = podRefusal(text);
  const refusal = serverRefusal(text);
  if (code === 'SERVICE_ACCOUNT_MISSING' && missing !== undefined)
    return {
      field: formatFieldPath([...inTemplate, 'serviceAccountName']),
      remedies: [create('ServiceAccount', missing, namespace)],
    };
  if (code === 'PRIORITY_CLASS_MISSING' && missing !== undefined)
    return {
      field: formatFieldPath([...inTemplate, 'priorityClassName']),
      remedies: [create('PriorityClass', missing)],
    };
  if (code === 'RUNTIME_CLASS_MISSING' && missing !== undefined)
    return { field: formatFieldPath([...inTemplate, 'runtimeClassName']), remedies: [create('RuntimeClass', missing)] };
  if (code === 'POD_SECURITY')
    return { field: formatFieldPath([...inTemplate, 'securityContext']), remedies: [correctSecurityContext()] };
  if (refusal?.code === 'QUOTA_EXCEEDED') return { remedies: [raiseQuota(refusal.quota, namespace)] };
  if (code === 'LIMIT_RANGE') return { field: limitField(text, true), remedies: [meetLimits(namespace)] };
  if (refusal?.code === 'WEBHOOK_DOWN') return { remedies: [mendWebhook(refusal.webhook, refusal.service)] };
  if (refusal?.code === 'ADMISSION_DENIED') return { remedies: [meetPolicy(nameOf(refusal.by))] };
  return { remedies: [] };
}

/** `webhook NAME` or `ValidatingAdmissionPolicy NAME` without its kind. */
export function nameOf(by: string): string {
  return by.split(' ').at(-1) ?? by;
}

/**
 * The field that a LimitRange refuses: its sizes are of containers, of pods as a whole, and of claims.
 * Source: k8s.io/kubernetes plugin/pkg/admission/limitranger/admission.go.
 * @param isWorkload the object has a template of pods
 */
export function limitField(words: string, isWorkload: boolean): string | undefined {
  const match =
    /(?:maximum|minimum) (\S+) usage per (\S+) is \S+?(?:, but (request|limit) is|\.\s+No (request|limit))/.exec(words);
  if (match === null) return undefined;
  const [, resource = '', type, but, no] = match;
  const side = `${but ?? no ?? ''}s`;
  if (type === 'PersistentVolumeClaim') return formatFieldPath(['spec', 'resources', side, resource]);
  const pod = isWorkload ? inTemplate : (['spec'] as const);
  return formatFieldPath([...pod, 'containers', { item: '*' }, 'resources', side, resource]);
}
