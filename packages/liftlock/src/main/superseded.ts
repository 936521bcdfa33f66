import { allSteps, type RunState } from '../journal/fold.ts';
import { exitCodes, Problem } from '../model/problem.ts';

/**
 * Refuses a run behind which a later one has worked at the same releases: that has made another state of them, which going on would
 * undo. Later is what comes after it in the list: clocks of two machines, and one that was set back, tell nothing.
 * @param runs of the site, newest first
 * @throws Problem RUN_SUPERSEDED (exit 3)
 */
export function refuseSuperseded(state: RunState, runs: readonly RunState[]): void {
  const place = runs.findIndex(({ run }) => run === state.run);
  const later = successorOf(state, runs.slice(0, Math.max(0, place)));
  if (later === undefined) return;
  throw new Problem(
    'RUN_SUPERSEDED',
    `Run ${later.run} (${later.purpose}) has worked at releases of run ${state.run} since.`,
    {
      exitCode: exitCodes.blocked,
      advice: [
        ...(later.status === 'finished' ? [] : [`Go on with that one: liftlock resume ${later.run}`]),
        'Or plan from how things are now: liftlock apply',
      ],
    },
  );
}

/** Which of later runs has worked at releases that a run is about. */
export function successorOf(state: RunState, later: readonly RunState[]): RunState | undefined {
  const mine = new Set(allSteps(state).flatMap(({ step }) => ('release' in step ? [step.release] : [])));
  return later.find((other) => triedReleases(other).some((name) => mine.has(name)));
}

/** Releases at which a run has worked. */
function triedReleases(state: RunState): readonly string[] {
  return allSteps(state).flatMap(({ step, wasTried }) => (wasTried && 'release' in step ? [step.release] : []));
}
