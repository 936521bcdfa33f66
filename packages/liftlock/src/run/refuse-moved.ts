import { formatRef } from '../model/kube.ts';
import { Problem } from '../model/problem.ts';
import type { Release } from '../model/snapshot.ts';
import type { HelmRollbackStep, HelmUpgradeStep } from '../model/step.ts';
import { movedRelease, movedRemedy } from '../plan/moved-release.ts';
import type { Tried } from '../plan/own-revision.ts';
import { readRelease } from '../snapshot/read-release.ts';
import { editsSince } from './other-hands.ts';
import type { World } from './world.ts';

/** O19: refuses a release that is another than the plan was made for, where this run did not make it so. */
export function refuseMoved(step: HelmUpgradeStep, world: World, state: Tried, release: Release | undefined): void {
  const moved = movedRelease(step, { state: world.plan.state, decisions: world.decisions }, state, release);
  if (moved === undefined) return;
  const remedy = movedRemedy(step.component, moved.revision);
  throw new Problem(
    'WORLD_MOVED',
    `Release ${step.release} has changed since the plan was made: it was ${moved.was} and is ${moved.is}.`,
    {
      advice: [
        `Someone else works on it. Look at it: helm history ${step.release} -n ${step.namespace}`,
        'Then start again from how things are: liftlock apply',
        ...(moved.revision === 0 ? [] : [`Or go on over that revision: liftlock resume --allow ${remedy}`]),
      ],
    },
  );
}

/**
 * Refuses objects of the release that somebody has changed since a person last saw what the upgrade does to them: helm
 * would take the change back, and nobody was told.
 */
export async function refuseEdited(step: HelmUpgradeStep, world: World, release: Release | undefined): Promise<void> {
  const { serverTime, lookedAt } = world;
  if (release === undefined || serverTime === undefined || lookedAt === undefined) return;
  const [first, ...others] = await editsSince(step, release.manifest, serverTime(lookedAt), world);
  if (first === undefined) return;
  const more =
    others.length === 0
      ? ''
      : ` So have ${others.length} more: ${others.map(({ object }) => formatRef(object)).join(', ')}.`;
  throw new Problem(
    'WORLD_MOVED',
    `${formatRef(first.object)} has changed since the plan was made: ${first.field}, by ${first.manager} at ${first.at}.${more}`,
    {
      advice: [
        'The upgrade would take the change back. To see what becomes of it, and to go on: liftlock resume',
        'To keep it, put it into the values file and plan again: liftlock apply',
      ],
    },
  );
}

/** The same look right before helm begins: between the observation and now, charts were pulled and files written. */
export async function refuseMovedSince(
  step: HelmUpgradeStep | HelmRollbackStep,
  world: World,
  seenRevision: number | undefined,
): Promise<void> {
  if (seenRevision === undefined) return;
  const release = await readRelease(world.reader, step.namespace, step.release);
  const revision = release?.newest.revision ?? 0;
  if (revision === seenRevision) return;
  throw new Problem(
    'WORLD_MOVED',
    `Release ${step.release} is at revision ${revision} and was at ${seenRevision} a moment ago: someone else works on it.`,
    {
      touched: 'no',
      advice: [`helm history ${step.release} -n ${step.namespace}`, 'When they are done: liftlock resume'],
    },
  );
}
