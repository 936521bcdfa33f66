import type { Migration } from '../model/migration.ts';
import type { Platform } from '../model/platform.ts';
import { compareVersions } from '../model/version.ts';
import { holds, type ConditionScope } from './condition.ts';

/** The component whose upgrade a migration belongs to: the first of the platform where it names none. */
export function componentOf(migration: Migration, { components }: Pick<Platform, 'components'>): string {
  return migration.component ?? components[0]?.name ?? '';
}

/**
 * The migrations that a hop crosses, in the order of their versions, those of one version in the order of the definition: the
 * installed version of the component (O12) is below the one that asks for it, and the hop lands on it or above. Of a hop that
 * begins later than now, the component will be where the hop begins.
 * @throws FACT_UNANSWERED where a condition rests on a fact without an answer
 */
export function crossedMigrations(
  platform: Pick<Platform, 'migrations' | 'components'>,
  hop: { readonly from: string; readonly to: string },
  scope: ConditionScope,
): readonly Migration[] {
  return platform.migrations
    .filter((migration) => {
      const installed = scope.installed[componentOf(migration, platform)];
      // What is installed for the first time has nothing to migrate.
      if (installed === undefined) return false;
      const from = compareVersions(installed, hop.from) < 0 ? hop.from : installed;
      return compareVersions(from, migration.crosses) < 0 && compareVersions(migration.crosses, hop.to) <= 0;
    })
    .toSorted((a, b) => compareVersions(a.crosses, b.crosses))
    .filter(({ when }) => when === undefined || holds(when, { ...scope, from: hop.from, to: hop.to }));
}
