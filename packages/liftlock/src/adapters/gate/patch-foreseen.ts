import { canonicalJson, isJsonObject, type Json } from '../../model/json.ts';
import type { KubeObject } from '../../model/kube.ts';

/**
 * What a patch makes of an object that will have changed before: the API server could patch only the live one. Where
 * the patch left a field as it was, the field's foreseen value stands; lists are one value each.
 */
export function patchForeseen(live: KubeObject, foreseen: KubeObject, patched: KubeObject): KubeObject {
  return patchedValue(asJson(live), asJson(foreseen), asJson(patched)) as unknown as KubeObject;
}

function patchedValue(live: Json | undefined, foreseen: Json | undefined, patched: Json | undefined): Json | undefined {
  if (same(live, patched)) return foreseen;
  if (!isJsonObject(foreseen) || !isJsonObject(patched)) return patched;
  const before = isJsonObject(live) ? live : {};
  const keys = new Set([...Object.keys(patched), ...Object.keys(foreseen)]);
  const entries = [...keys].map((key) => [key, patchedValue(before[key], foreseen[key], patched[key])] as const);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

function same(one: Json | undefined, other: Json | undefined): boolean {
  return one === other || (one !== undefined && other !== undefined && canonicalJson(one) === canonicalJson(other));
}

function asJson(object: KubeObject): Json {
  return object as unknown as Json;
}
