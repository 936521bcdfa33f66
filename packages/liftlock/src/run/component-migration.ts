import { readRelease } from '../snapshot/read-release.ts';
import { runningMigration } from './migration.ts';
import type { World } from './world.ts';

/** A migration of a component's release that runs right now, in words: none of its pods are replaced or taken away then (O2). */
export async function componentMigration(component: string | undefined, world: World): Promise<string | undefined> {
  const upgrade = world.plan.steps.find((item) => item.kind === 'helm-upgrade' && item.component === component);
  if (upgrade?.kind !== 'helm-upgrade') return undefined;
  return runningMigration(upgrade, world, await readRelease(world.reader, upgrade.namespace, upgrade.release));
}
