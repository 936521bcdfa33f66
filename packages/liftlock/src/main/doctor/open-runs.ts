import type { Look } from '../../model/doctor.ts';
import { fine } from './look.ts';
import type { SiteOfMachine } from './journals.ts';

/** Runs that have not come to their end and that no later run has followed. */
export function lookAtRuns(sites: readonly SiteOfMachine[]): readonly Look[] {
  const open = sites.flatMap(({ name, runs }) => {
    const [newest] = runs;
    if (newest === undefined || newest.status === 'finished' || newest.purpose === 'rotation') return [];
    const how =
      newest.status === 'running'
        ? 'has no end in the journal: it runs still, or its process died'
        : `stopped: ${newest.stopReason ?? ''}`;
    return [
      {
        theme: 'state',
        what: 'run-left-open',
        state: 'warning',
        message: `site ${name}: run ${newest.run} ${how}`,
        advice: [`Look at it: liftlock status --watch`, `Go on with it: liftlock resume ${newest.run}`],
      } satisfies Look,
    ];
  });
  return open.length > 0 || sites.length === 0 ? open : [fine('state', 'runs', 'no run was left open')];
}
