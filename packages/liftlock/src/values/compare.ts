import { canonicalJson, isJsonObject, type Json, type JsonObject } from '../model/json.ts';
import type { ValueChange } from '../model/snapshot.ts';

/**
 * Merges values as helm merges its `-f` files: the later one wins, maps merge, lists are replaced. A null stays in the
 * result, as it stays in `helm get values`: it is what deletes the chart's default (tried with Helm 3.22).
 */
export function mergeValues(earlier: JsonObject, later: JsonObject): JsonObject {
  const merged: Record<string, Json | undefined> = { ...earlier };
  for (const [key, value] of Object.entries(later)) {
    const before = merged[key];
    merged[key] = isJsonObject(before) && isJsonObject(value) ? mergeValues(before, value) : value;
  }
  return merged;
}

/**
 * The differences between two trees of values, by path, in alphabetical order. Maps are compared key by key, lists as a
 * whole. An empty map equals none: helm merges both with the chart's defaults to the same result.
 */
export function changedPaths(before: JsonObject, after: JsonObject): readonly ValueChange[] {
  return changesBelow(before, after, []).toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

function changesBelow(before: JsonObject, after: JsonObject, at: readonly string[]): ValueChange[] {
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...keys].flatMap((key) => changesAt(before[key], after[key], [...at, key]));
}

function changesAt(before: Json | undefined, after: Json | undefined, at: readonly string[]): ValueChange[] {
  const isMapBefore = isJsonObject(before);
  const isMapAfter = isJsonObject(after);
  // Each leaf of a map that comes or goes is a decision of its own.
  if ((isMapBefore || before === undefined) && (isMapAfter || after === undefined)) {
    return changesBelow(isMapBefore ? before : {}, isMapAfter ? after : {}, at);
  }
  if (
    canonicalJson(before ?? null) === canonicalJson(after ?? null) &&
    (before === undefined) === (after === undefined)
  ) {
    return [];
  }
  return [{ path: joinPath(at), before, after }];
}

/** helm's dotted form of a path; a dot inside a key is escaped as `--set` wants it: `annotations.example\.com/a`. */
export function joinPath(keys: readonly string[]): string {
  return keys.map((key) => key.replaceAll(/[\\.]/g, String.raw`\$&`)).join('.');
}

/** The keys of a dotted path; the reverse of joinPath. */
export function splitPath(path: string): readonly string[] {
  const keys = [''];
  for (let index = 0; index < path.length; index += 1) {
    const character = path.charAt(index);
    if (character === '.') {
      keys.push('');
      continue;
    }
    if (character === '\\') index += 1;
    keys[keys.length - 1] += path.charAt(index);
  }
  return keys;
}
