import { isJsonObject, type Json } from '../model/json.ts';
import type { ServedKind } from '../model/permission.ts';
import type { ClusterReader } from '../model/ports.ts';
import { isProblem } from '../model/problem.ts';
import type { ResolveKind } from '../plan/step-permissions.ts';

type Named = Parameters<ResolveKind>[0];

/** Kinds of Kubernetes' own that lie outside namespaces, for where discovery does not tell. */
const clusterKinds = new Set([
  'APIService',
  'ClusterRole',
  'ClusterRoleBinding',
  'CustomResourceDefinition',
  'IngressClass',
  'MutatingWebhookConfiguration',
  'Namespace',
  'PersistentVolume',
  'PriorityClass',
  'RuntimeClass',
  'StorageClass',
  'ValidatingAdmissionPolicy',
  'ValidatingAdmissionPolicyBinding',
  'ValidatingWebhookConfiguration',
]);

/** Asks discovery once for each group version; what is not served, or not told, is guessed by its name. */
export async function readServedKinds(
  reader: Pick<ClusterReader, 'find'>,
  kinds: readonly Named[],
): Promise<ResolveKind> {
  const versions = [...new Set(kinds.map(({ apiVersion }) => apiVersion))];
  const lists = await Promise.all(
    versions.map(async (version) => [version, await resourcesOf(reader, version)] as const),
  );
  const served = new Map(lists);
  return (named) => {
    const found = served
      .get(named.apiVersion)
      ?.find(({ kind, name }) => kind === named.kind && typeof name === 'string' && !name.includes('/'));
    const name = found?.['name'];
    if (typeof name !== 'string') return guessKind(named);
    return { group: groupOf(named.apiVersion), resource: name, isNamespaced: found?.['namespaced'] === true };
  };
}

/** By the rules of English, as the Kubernetes API forms its plurals: ingresses, networkpolicies, endpoints. */
export function guessKind({ apiVersion, kind }: Named): ServedKind {
  const word = kind.toLowerCase();
  const plural = word.endsWith('s')
    ? word === 'endpoints'
      ? word
      : `${word}es`
    : /[^aeiou]y$/.test(word)
      ? `${word.slice(0, -1)}ies`
      : `${word}s`;
  return { group: groupOf(apiVersion), resource: plural, isNamespaced: !clusterKinds.has(kind) };
}

async function resourcesOf(reader: Pick<ClusterReader, 'find'>, apiVersion: string) {
  try {
    const base = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    const answer = (await reader.find(base)) as { readonly resources?: Json } | undefined;
    return Array.isArray(answer?.resources) ? (answer.resources as readonly Json[]).filter(isJsonObject) : [];
  } catch (error) {
    if (!isProblem(error)) throw error;
    return [];
  }
}

function groupOf(apiVersion: string): string {
  return apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';
}
