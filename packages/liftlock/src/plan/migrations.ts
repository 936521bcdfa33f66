import { fillInTree, type FillIn } from '../model/fill-in.ts';
import type { Migration } from '../model/migration.ts';
import type { ValuesOfMigration } from '../values/value-work.ts';

/**
 * What migrations do to the values of their component, with every placeholder filled in.
 * @param options.isTakenBack without what is set for one hop alone
 */
export function filledValues(
  migrations: readonly Migration[],
  values: FillIn,
  options: { readonly isTakenBack: boolean } = { isTakenBack: false },
): readonly ValuesOfMigration[] {
  return migrations.flatMap(({ values: own }) => {
    if (own === undefined) return [];
    const { set, carry, keeps, thisHopOnly } = own;
    const isLeftOut = options.isTakenBack && thisHopOnly;
    return [{ carry, keeps, set: isLeftOut ? {} : filledSet(set, values) }];
  });
}

function filledSet(set: ValuesOfMigration['set'], values: FillIn): ValuesOfMigration['set'] {
  return Object.fromEntries(
    Object.entries(set).map(([path, value]) => [path, fillInTree(value, values)]),
  ) as typeof set;
}

/** True where something is set for one hop alone: a second upgrade takes it back. */
export function setsForThisHopOnly(migrations: readonly Migration[]): boolean {
  return migrations.some(({ values }) => values?.thisHopOnly === true && Object.keys(values.set).length > 0);
}
