import { isJsonObject, type Json } from '../model/json.ts';
import type { KubeObject } from '../model/kube.ts';
import { masked, maskByName } from '../model/redaction.ts';
import { isSecretName } from '../model/secret-names.ts';
import type { FieldPath } from '../release/field-path.ts';

/** A whole object as somebody applied it, as text: what is masked elsewhere stands in it in the clear. */
const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

/** Where a Secret's content stands: all of it, and copies of it that tools keep among the annotations. */
const secretRoots = new Set(['data', 'stringData']);

/** Fields of Kubernetes' own API that have a secret's name and hold none: references, and switches. */
const plainFields = new Set(['secret', 'secrets', 'key', 'automountServiceAccountToken', 'serviceAccountToken']);

/** Kinds whose `spec` has no other fields than those of Kubernetes' API. */
const workloads = new Set(['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'Pod', 'Job', 'CronJob']);

/**
 * True where nobody may read a field's value: anything that a Secret holds, and whatever has a secret's name on its way, in
 * an object of any kind. No value needs to be known for that: a chart's default or a random one is in no values file.
 */
export function isHiddenField({ kind }: Pick<KubeObject, 'kind'>, path: FieldPath): boolean {
  const [root, below] = path;
  if (path.includes(lastApplied)) return true;
  if (kind === 'Secret') {
    const isRoot = typeof root === 'string' && secretRoots.has(root);
    if (isRoot || (root === 'metadata' && below === 'annotations')) return true;
  }
  const isPlain = (key: string) =>
    plainFields.has(key) && root === 'spec' && workloads.has(kind) && !path.includes('annotations');
  const isSecret = (key: string) => key === 'key' || isSecretName(key);
  return path.some((key) => (typeof key === 'string' ? !isPlain(key) && isSecret(key) : isSecretName(key.item)));
}

/** A field's value without what a hidden field below it holds. */
export function withoutSecrets(value: Json): Json {
  return maskByName(withoutCopies(value)) ?? null;
}

function withoutCopies(value: Json): Json {
  if (Array.isArray(value)) return (value as readonly Json[]).map(withoutCopies);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, key === lastApplied ? masked : withoutCopies(inner ?? null)]),
  );
}
