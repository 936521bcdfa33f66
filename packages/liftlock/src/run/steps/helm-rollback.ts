import { Problem } from '../../model/problem.ts';
import { rollbackArguments } from '../../release/helm-args.ts';
import { confirmHealthy } from '../confirm-healthy.ts';
import { helmAct } from '../helm-act.ts';
import { runningMigration } from '../migration.ts';
import { readRelease } from '../../snapshot/read-release.ts';
import { refusePending, unlockOwn } from '../unlock.ts';
import type { Handler } from '../world.ts';

/** Returns a release to a named revision, as a step of its own (O3, O18). */
export const helmRollback: Handler<'helm-rollback'> = {
  async observe(step, world, state) {
    const release = await readRelease(world.reader, step.namespace, step.release);
    if (release === undefined) throw new Problem('RELEASE_ABSENT', `Release ${step.release} is gone.`);
    const { newest } = release;
    if (newest.status === 'deployed' && newest.version === step.version && newest.revision >= step.revision) {
      return { observation: 'done', note: `deployed at ${step.version}, revision ${newest.revision}` };
    }
    refusePending(step, newest, world, state);
    const migration = await runningMigration(step, world, release);
    if (migration !== undefined) return { observation: 'busy', note: migration };
    const { revision, status, version } = newest;
    return { observation: 'todo', note: `${status} at ${version}, revision ${revision}`, revision };
  },

  async act(step, world, state) {
    await unlockOwn(step, world, state);
    return helmAct(step, rollbackArguments(step, world.helm.major), world, state);
  },

  async confirm(step, world) {
    const release = await confirmHealthy(step, world);
    return { note: `back at ${step.version}, revision ${release.newest.revision}` };
  },
};
