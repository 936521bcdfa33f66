import { isJsonObject, jsonAt, type Json, type JsonObject } from '../model/json.ts';
import type { Decision } from '../model/finding.ts';
import type { ComponentSnapshot } from '../model/snapshot.ts';
import { mergeValues, splitPath } from './compare.ts';

/** What helm will be given for a component: its files in order, then the live keys that someone decided to keep. */
export function givenValues(
  { name, release, valuesFiles }: ComponentSnapshot,
  decisions: readonly Decision[],
): JsonObject {
  const prefix = `keep:${name}:`;
  const kept = decisions
    .filter(({ remedy }) => remedy.startsWith(prefix))
    .flatMap(({ remedy }) => {
      const path = splitPath(remedy.slice(prefix.length));
      const value = jsonAt(release?.values, path);
      return value === undefined ? [] : [path.reduceRight<Json>((inner, key) => ({ [key]: inner }), value)];
    });
  return [...valuesFiles.map((file) => file.values), ...kept.filter(isJsonObject)].reduce<JsonObject>(mergeValues, {});
}
