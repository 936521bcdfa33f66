import { isJsonObject, type Json } from '../model/json.ts';
import type { FieldPath } from './field-path.ts';

/** Finds the item of a list that a path names. */
export type FindItem = (list: Json | undefined, path: FieldPath, name: string) => Json | undefined;

/**
 * True when the fields of a manager, as the API server keeps them, have the path, or end above it: such a field is owned as a
 * whole.
 * Source of the form: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/object-meta/ (fieldsV1)
 */
export function ownsField(
  fields: Json | undefined,
  object: Json | undefined,
  path: FieldPath,
  findItem: FindItem,
): boolean {
  const covers = (tree: Json | undefined, here: Json | undefined, depth: number): boolean => {
    if (!isJsonObject(tree)) return false;
    const key = path[depth];
    if (key === undefined || Object.keys(tree).length === 0) return true;
    if (typeof key === 'string') return covers(tree[`f:${key}`], isJsonObject(here) ? here[key] : undefined, depth + 1);
    const item = findItem(here, path.slice(0, depth), key.item) ?? { name: key.item };
    return Object.entries(tree).some(
      ([name, inner]) => name.startsWith('k:') && hasKeys(item, name.slice(2)) && covers(inner, item, depth + 1),
    );
  };
  return covers(fields, object, 0);
}

/** `{"containerPort":80,"protocol":"TCP"}`: the item has all of them. */
function hasKeys(item: Json, text: string): boolean {
  try {
    const keys = JSON.parse(text) as Json;
    return (
      isJsonObject(keys) && isJsonObject(item) && Object.entries(keys).every(([key, value]) => item[key] === value)
    );
  } catch {
    return false;
  }
}
