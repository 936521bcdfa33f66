import { Problem } from '../model/problem.ts';
import type { HelmRollbackStep, HelmUpgradeStep } from '../model/step.ts';

/** A helm that was refused since this run's lease had lapsed: what it wrote before is counted, and nothing came after. */
export function leaseLost({ release }: HelmUpgradeStep | HelmRollbackStep, writes: number): Problem {
  return new Problem(
    'LEASE_LOST',
    `This run lost the site's lease while helm was at work on ${release}: it was paused or cut off for too long, and another run may have taken over. Nothing that helm wanted to write since was let through.`,
    {
      touched: writes > 0 ? 'yes' : 'no',
      details: { writes },
      advice: ['See who is at work: liftlock status', 'When nobody is, go on: liftlock resume'],
    },
  );
}
