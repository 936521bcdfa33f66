import type { JsonObject } from '../../model/json.ts';
import { Problem } from '../../model/problem.ts';
import type { Revision } from '../../model/snapshot.ts';
import type { HelmRollbackStep } from '../../model/step.ts';
import { rollbackArguments } from '../../release/helm-args.ts';
import { mayBeOwn } from '../../plan/own-revision.ts';
import { confirmHealthy } from '../confirm-healthy.ts';
import { helmAct } from '../helm-act.ts';
import { comparisonWords, compareAfterRollback } from '../left-behind.ts';
import { runningMigration } from '../migration.ts';
import { keepOlder, refuseLoss } from '../nothing-of-others.ts';
import { readRelease } from '../../snapshot/read-release.ts';
import type { StepState } from '../../journal/fold.ts';
import { refuseMovedSince } from '../refuse-moved.ts';
import { refusePending, unlockOwn } from '../unlock.ts';
import { readHealth } from '../health.ts';
import type { Handler, World } from '../world.ts';

/** Returns a release to a named revision, as a step of its own (O3, O18). */
export const helmRollback: Handler<'helm-rollback'> = {
  async observe(step, world, state) {
    const release = await readRelease(world.reader, step.namespace, step.release);
    if (release === undefined) throw new Problem('RELEASE_ABSENT', `Release ${step.release} is gone.`);
    const { newest } = release;
    if (newest.status === 'deployed' && isBack(step, newest)) {
      return { observation: 'done', note: `deployed at ${step.version}, revision ${newest.revision}` };
    }
    refusePending(step, newest, world, state);
    refuseOthers(step, newest, world, state);
    const migration = await runningMigration(step, world, release);
    if (migration !== undefined) return { observation: 'busy', note: migration };
    if (step.undoes !== undefined) await refuseLoss(step, world);
    const { revision, status, version } = newest;
    return { observation: 'todo', note: `${status} at ${version}, revision ${revision}`, revision };
  },

  async act(step, world, state) {
    await refuseMovedSince(step, world, state.seenRevision);
    await unlockOwn(step, world, state);
    const kept = step.undoes === undefined ? 0 : await keepOlder(step, world);
    const result = await helmAct(step, rollbackArguments(step, world.helm.major), await fromNow(step, world), state);
    return { ...result, writes: result.writes + kept };
  },

  async confirm(step, world) {
    const release = await confirmHealthy(step, world);
    const comparison = await compareAfterRollback(step, world);
    const { revision } = release.newest;
    return {
      note: `back at ${step.version}, revision ${revision}; ${comparisonWords(comparison)}`,
      details: comparison as unknown as JsonObject,
    };
  },
};

/**
 * A way back that nobody is asked about takes back a failed upgrade of this run alone: what somebody else has rolled out since is
 * not undone. A rollback that was asked for is for the release as its plan saw it, or as this run's own try has left it.
 */
function refuseOthers(step: HelmRollbackStep, newest: Revision, world: World, state: StepState): void {
  if (step.undoes === undefined ? isAsKnown(step, newest, world, state) : newest.status !== 'deployed') return;
  throw new Problem(
    'WORLD_MOVED',
    `Release ${step.release} is ${newest.status} at ${newest.version}, revision ${newest.revision}: somebody else has changed it since.`,
    {
      touched: 'no',
      advice: [
        `helm history ${step.release} -n ${step.namespace}`,
        'To roll back from how things are: liftlock rollback',
      ],
    },
  );
}

function isAsKnown(step: HelmRollbackStep, newest: Revision, world: World, state: StepState): boolean {
  if (state.wasTried) return newest.revision === state.triedFrom || mayBeOwn(step, state, newest);
  const planned = world.plan.state[step.component];
  return planned === undefined || planned === `${newest.revision} ${newest.status} ${newest.version}`;
}

/** What the failed upgrade has left broken is no reason to end the way back from it. */
async function fromNow(step: HelmRollbackStep, world: World): Promise<World> {
  if (step.undoes === undefined) return world;
  const release = await readRelease(world.reader, step.namespace, step.release);
  const baseline = await readHealth(world.reader, step.namespace, release === undefined ? [] : [release]);
  return { ...world, baseline };
}

/** A rollback on failure may go back to the very version that failed, with other values: then the version proves nothing. */
function isBack(step: HelmRollbackStep, newest: Revision): boolean {
  if (step.undoes === undefined) return newest.version === step.version && newest.revision >= step.revision;
  // helm's own words for what it did (pkg/action/rollback.go).
  return newest.revision === step.revision || newest.description === `Rollback to ${step.revision}`;
}
