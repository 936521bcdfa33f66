import { isJsonObject, type Json } from '../model/json.ts';
import type { KubeObject } from '../model/kube.ts';
import { parseQuantity } from '../model/quantity.ts';
import { isSameJson, itemOf, keyText, mergeKeyOf, type FieldKey, type FieldPath } from './field-path.ts';

/** A field that a failed revision has set and that the new one does not know of. */
export interface LeftoverField {
  readonly path: FieldPath;
  /** The smallest field around it that the new revision does not have either, where the field cannot go alone. */
  readonly wider: FieldPath;
  readonly value: Json;
}

/** Maps whose keys belong to many: each key is a field of its own. */
const openMaps = new Set([
  'annotations',
  'labels',
  'matchLabels',
  'nodeSelector',
  'data',
  'stringData',
  'binaryData',
  'limits',
  'requests',
  'parameters',
]);

/**
 * Fields that the failed manifest sets, the new one does not have, and the object as it would be after the upgrade still
 * has with the failed revision's value (O31). Defaults of the API server may be among them: only the server can tell.
 */
export function leftoverFields(failed: KubeObject, wanted: KubeObject, after: KubeObject): readonly LeftoverField[] {
  const { apiVersion: _apiVersion, kind: _kind, status: _status, ...set } = failed;
  return walk(set as unknown as Json, wanted as unknown as Json, after as unknown as Json, []);
}

function walk(
  failed: Json | undefined,
  wanted: Json | undefined,
  after: Json | undefined,
  path: FieldPath,
): readonly LeftoverField[] {
  if (failed === undefined || failed === null || after === undefined || after === null) return [];
  if (wanted === undefined || wanted === null) return unknownToNew(failed, after, path, undefined);
  if (isJsonObject(failed) && isJsonObject(wanted) && isJsonObject(after)) {
    return Object.keys(failed).flatMap((key) => walk(failed[key], wanted[key], after[key], [...path, key]));
  }
  return keyedItems(failed, path).flatMap(({ key, item }) => {
    const mergeKey = mergeKeyOf(path);
    return walk(item, itemOf(wanted, mergeKey, key.item), itemOf(after, mergeKey, key.item), [...path, key]);
  });
}

interface KeyedItem {
  readonly key: Exclude<FieldKey, string>;
  readonly item: Json;
}

/** The items of a list that the API server merges by key; none where two share a key, which names neither. */
function keyedItems(list: Json, path: FieldPath): readonly KeyedItem[] {
  const mergeKey = mergeKeyOf(path);
  if (!Array.isArray(list) || mergeKey === undefined) return [];
  const items = (list as readonly Json[]).flatMap((item) => {
    const value = isJsonObject(item) ? keyText(item[mergeKey]) : undefined;
    return value === undefined ? [] : [{ key: { item: value }, item }];
  });
  return new Set(items.map(({ key }) => key.item)).size === items.length ? items : [];
}

/** Whole where everything below is the failed revision's, key by key where something else has come to it. */
function unknownToNew(
  failed: Json,
  after: Json,
  path: FieldPath,
  outer: FieldPath | undefined,
): readonly LeftoverField[] {
  const last = path.at(-1);
  const isOpen = typeof last === 'string' && openMaps.has(last);
  if (isJsonObject(failed) && isJsonObject(after)) {
    const hasOthers = Object.keys(after).some((key) => !Object.hasOwn(failed, key));
    if (isOpen || (hasOthers && typeof last === 'string' && path.length > 1)) {
      const wider = isOpen ? undefined : (outer ?? path);
      return Object.keys(failed).flatMap((key) => {
        const below = after[key];
        return below === undefined || below === null
          ? []
          : unknownToNew(failed[key] ?? null, below, [...path, key], wider);
      });
    }
  } else if (outer === undefined) {
    const items = keyedItems(failed, path);
    if (items.length > 0) {
      return items.flatMap(({ key, item }) => {
        const below = itemOf(after, mergeKeyOf(path), key.item);
        return below === undefined || !holds(below, item)
          ? []
          : [{ path: [...path, key], wider: [...path, key], value: item }];
      });
    }
  }
  if (failed === null || !holds(after, failed)) return [];
  return [{ path, wider: outer ?? path, value: failed }];
}

/** True when everything that was set is still there; defaults may have come to it. */
export function holds(after: Json | undefined, set: Json | undefined): boolean {
  if (isSameJson(after, set)) return true;
  if (set === null || set === undefined) return true;
  if (isJsonObject(set)) return isJsonObject(after) && Object.keys(set).every((key) => holds(after[key], set[key]));
  if (Array.isArray(set)) {
    const items = set as readonly Json[];
    return (
      Array.isArray(after) &&
      after.length === items.length &&
      items.every((item, index) => holds((after as readonly Json[])[index], item))
    );
  }
  return isSameQuantity(after, set);
}

/** The API server writes quantities in their shortest form: `1000m` comes back as `1`. */
function isSameQuantity(a: Json | undefined, b: Json): boolean {
  const isNumber = (value: Json | undefined) =>
    typeof value === 'number' || (typeof value === 'string' && /^[+-]?\d/.test(value));
  return isNumber(a) && isNumber(b) && parseQuantity(a) !== 0 && parseQuantity(a) === parseQuantity(b);
}
