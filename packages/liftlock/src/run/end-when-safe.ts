import type { HelmExit } from '../model/ports.ts';
import { isProblem } from '../model/problem.ts';
import type { HelmRollbackStep, HelmUpgradeStep } from '../model/step.ts';
import { readRelease } from '../snapshot/read-release.ts';
import { runningMigration } from './migration.ts';
import type { ReleaseWatch } from './watch-release.ts';
import type { World } from './world.ts';

/** Milliseconds between two looks at a migration that the watch has not told of. */
const migrationPause = 1000;

/**
 * A migration is waited for: helm is ended only when none runs, or ends by itself at its timeout. The watch tells what was so a
 * moment ago; right before the end the cluster is asked once more, since a container may have started within that moment.
 */
export async function endWhenSafe(
  step: HelmUpgradeStep | HelmRollbackStep,
  end: () => Promise<HelmExit>,
  watch: ReleaseWatch,
  world: World,
  signal: AbortSignal,
): Promise<HelmExit> {
  let isTold = false;
  const tell = (why: string): void => {
    if (!isTold) world.emit({ type: 'note', text: `${why}: helm is not interrupted` });
    isTold = true;
  };
  for (;;) {
    if (watch.isMigrating()) {
      tell(watch.seesMigrations() ? 'data is being migrated' : 'whether data is being migrated cannot be seen');
      await watch.migrationEnded();
    }
    const running = await migrationNow(step, world);
    if (running === undefined || signal.aborted) return end();
    tell(running);
    await world.clock.sleep(migrationPause, signal);
    if (signal.aborted) return end();
  }
}

/** Why helm may not be ended at this moment, in words. */
async function migrationNow(step: HelmUpgradeStep | HelmRollbackStep, { reader }: World): Promise<string | undefined> {
  try {
    const release = await readRelease(reader, step.namespace, step.release);
    const running = await runningMigration(step, { reader }, release);
    return running === undefined ? undefined : 'data is being migrated';
  } catch (error) {
    if (!isProblem(error)) throw error;
    return 'whether data is being migrated cannot be seen';
  }
}
