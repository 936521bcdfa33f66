import { isJsonObject, jsonAt, type Json, type JsonObject } from '../model/json.ts';
import type { Decision } from '../model/finding.ts';
import type { ComponentSnapshot } from '../model/snapshot.ts';
import type { CarryOver } from '../model/step.ts';
import { applyCarryOver } from './carry-over.ts';
import { mergeValues, splitPath } from './compare.ts';

/**
 * What helm will be given for a component: its files in order, then the live keys that someone decided to keep, and all of it
 * carried over to the new chart where the plan does so.
 */
export function givenValues(
  { name, release, valuesFiles }: ComponentSnapshot,
  decisions: readonly Decision[],
  carryOver?: CarryOver,
): JsonObject {
  const prefix = `keep:${name}:`;
  const kept = decisions
    .filter(({ remedy }) => remedy.startsWith(prefix))
    .flatMap(({ remedy }) => {
      const path = splitPath(remedy.slice(prefix.length));
      const value = jsonAt(release?.values, path);
      return value === undefined ? [] : [path.reduceRight<Json>((inner, key) => ({ [key]: inner }), value)];
    });
  const given = [...valuesFiles.map((file) => file.values), ...kept.filter(isJsonObject)].reduce<JsonObject>(
    mergeValues,
    {},
  );
  return carryOver === undefined ? given : applyCarryOver(given, carryOver);
}
