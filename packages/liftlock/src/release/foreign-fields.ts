import { isJsonObject, type Json, type JsonObject } from '../model/json.ts';
import type { KubeObject } from '../model/kube.ts';

/**
 * Paths of the fields that managers other than the named one own, by the API server's own record. Lists are whole: what is
 * below them is left out. Subresources such as `status` are left out too.
 * Source of the form: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/object-meta/ (fieldsV1)
 */
export function foreignFields(object: KubeObject, manager: string): readonly (readonly string[])[] {
  const { managedFields } = object.metadata as unknown as JsonObject;
  if (!Array.isArray(managedFields)) return [];
  const paths = (managedFields as readonly Json[]).flatMap((entry) =>
    isJsonObject(entry) && entry['manager'] !== manager && (entry['subresource'] ?? '') === ''
      ? leaves(entry['fieldsV1'], [])
      : [],
  );
  return [...new Map(paths.map((path) => [path.join('\n'), path])).values()];
}

function leaves(fields: Json | undefined, path: readonly string[]): readonly (readonly string[])[] {
  const inner = isJsonObject(fields) ? Object.entries(fields).filter(([key]) => key.startsWith('f:')) : [];
  if (inner.length === 0) return path.length === 0 ? [] : [path];
  return inner.flatMap(([key, value]) => leaves(value, [...path, key.slice(2)]));
}
