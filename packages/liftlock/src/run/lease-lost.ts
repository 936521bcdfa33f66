import { exitCodes, Problem, type Touched } from '../model/problem.ts';
import type { HelmRollbackStep, HelmUpgradeStep } from '../model/step.ts';
import { touchedOf, unsureWords, type HelmWrites } from './helm-writes.ts';

/**
 * A run whose site another process has taken over: it tells no more of itself, since from there on the run is that one's to tell.
 * @param touched what the journal says until then
 */
export function runLost(run: string, touched: Touched): Problem {
  return new Problem(
    'LEASE_LOST',
    `This process no longer holds the site's lease: it was paused or cut off for too long, and another has taken over. Run ${run} is left as it was then; what was under way is looked at again by whoever goes on with it.`,
    {
      touched,
      exitCode: touched === 'no' ? exitCodes.blocked : exitCodes.failed,
      advice: ['See who is at work: liftlock status', `When nobody is, go on: liftlock resume ${run}`],
    },
  );
}

/** A helm that was refused since this run's lease had lapsed: what it wrote before is counted, and nothing was sent after. */
export function leaseLost({ release }: HelmUpgradeStep | HelmRollbackStep, wrote: HelmWrites): Problem {
  return new Problem(
    'LEASE_LOST',
    `This run lost the site's lease while helm was at work on ${release}: it was paused or cut off for too long, and another run may have taken over. Nothing that helm wanted to write since was let through.`,
    {
      touched: touchedOf(wrote),
      details: { ...wrote },
      advice: [...unsureWords(wrote), 'See who is at work: liftlock status', 'When nobody is, go on: liftlock resume'],
    },
  );
}
