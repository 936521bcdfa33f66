import { isJsonObject, type Json, type JsonObject } from '../model/json.ts';
import type { MigrationValues, ValueRule } from '../model/migration.ts';
import { mergeValues, splitPath } from './compare.ts';
import type { ValueWork } from './settle-values.ts';

/** The part of a migration that is about values, with every placeholder filled in. */
export type ValuesOfMigration = Pick<MigrationValues, 'set' | 'carry' | 'keeps'>;

/**
 * What several migrations do to the values of one component, in their order: undefined where none touches them, so that values
 * are given on as they are.
 * @param siteRules what the site says of values that the definition's table does not know
 */
export function valueWork(
  migrations: readonly ValuesOfMigration[],
  siteRules: readonly ValueRule[],
): ValueWork | undefined {
  if (migrations.length === 0) return undefined;
  return {
    rules: [...siteRules, ...migrations.flatMap(({ carry }) => carry)],
    keeps: migrations.flatMap(({ keeps }) => keeps),
    set: treeAt(Object.assign({}, ...migrations.map(({ set }) => set)) as JsonObject),
  };
}

/** Values by dotted path as a tree. */
export function treeAt(byPath: JsonObject): JsonObject {
  return Object.entries(byPath)
    .map(([path, value]) => splitPath(path).reduceRight<Json>((inner, key) => ({ [key]: inner }), value ?? null))
    .filter(isJsonObject)
    .reduce<JsonObject>(mergeValues, {});
}
