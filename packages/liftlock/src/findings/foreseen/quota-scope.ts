import { isJsonObject, type Json, type JsonObject } from '../../model/json.ts';
import type { KubeObject } from '../../model/kube.ts';
import { listAt, textAt } from '../faults/read.ts';

interface Rule {
  readonly scope: string;
  readonly operator: string;
  readonly values: readonly string[];
}

/**
 * True when a quota counts pods like this one. A quota with scopes counts nothing but pods.
 * https://kubernetes.io/docs/concepts/policy/resource-quotas/#quota-scopes
 */
export function countsPod(quota: KubeObject, pod: JsonObject): boolean {
  return rulesOf(quota).every((rule) => isInScope(rule, pod));
}

/** True for a quota with scopes. */
export function isScoped(quota: KubeObject): boolean {
  return rulesOf(quota).length > 0;
}

function rulesOf({ spec }: KubeObject): readonly Rule[] {
  const scopes = textsOf(spec?.['scopes']).map((scope) => ({ scope, operator: 'Exists', values: [] }));
  const selected = listAt(spec, 'scopeSelector', 'matchExpressions').map((item) => ({
    scope: textAt(item, 'scopeName'),
    operator: textAt(item, 'operator'),
    values: textsOf(item['values']),
  }));
  return [...scopes, ...selected];
}

function textsOf(value: Json | undefined): readonly string[] {
  return Array.isArray(value) ? (value as readonly Json[]).filter((item) => typeof item === 'string') : [];
}

function isInScope({ scope, operator, values }: Rule, pod: JsonObject): boolean {
  switch (scope) {
    case 'Terminating':
      return typeof pod['activeDeadlineSeconds'] === 'number';
    case 'NotTerminating':
      return typeof pod['activeDeadlineSeconds'] !== 'number';
    case 'BestEffort':
      return isBestEffort(pod);
    case 'NotBestEffort':
      return !isBestEffort(pod);
    case 'CrossNamespacePodAffinity':
      return reachesOtherNamespaces(pod);
    case 'PriorityClass':
      return matches(textAt(pod, 'priorityClassName'), operator, values);
    default:
      // A scope that is not known here, such as one of claims: it counts no pod.
      return false;
  }
}

function matches(value: string, operator: string, values: readonly string[]): boolean {
  switch (operator) {
    case 'In':
      return values.includes(value);
    case 'NotIn':
      return !values.includes(value);
    case 'Exists':
      return value !== '';
    case 'DoesNotExist':
      return value === '';
    default:
      return false;
  }
}

function isBestEffort(pod: JsonObject): boolean {
  const all = [pod, ...listAt(pod, 'containers'), ...listAt(pod, 'initContainers')];
  return all.every((item) => {
    const resources = item['resources'];
    if (!isJsonObject(resources)) return true;
    return ['requests', 'limits'].every((key) => {
      const amounts = resources[key];
      return !isJsonObject(amounts) || (amounts['cpu'] === undefined && amounts['memory'] === undefined);
    });
  });
}

function reachesOtherNamespaces(pod: JsonObject): boolean {
  return ['podAffinity', 'podAntiAffinity'].some((kind) => {
    const required = listAt(pod, 'affinity', kind, 'requiredDuringSchedulingIgnoredDuringExecution');
    const preferred = listAt(pod, 'affinity', kind, 'preferredDuringSchedulingIgnoredDuringExecution');
    const terms = [...required, ...preferred.map((item) => item['podAffinityTerm'])].filter(isJsonObject);
    return terms.some((term) => textsOf(term['namespaces']).length > 0 || term['namespaceSelector'] !== undefined);
  });
}
