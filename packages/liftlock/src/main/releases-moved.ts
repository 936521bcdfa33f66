import { allowing, finding } from '../findings/make-finding.ts';
import type { RunState } from '../journal/fold.ts';
import type { Finding } from '../model/finding.ts';
import type { Plan } from '../model/plan.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { movedRelease, movedRemedy } from '../plan/moved-release.ts';

/**
 * Releases of upgrades that are not done, and that somebody else has changed since this run planned or tried them: told before
 * a run goes on, and before anything is written (O19).
 */
export function releasesMoved(plan: Plan, run: RunState, snapshot: Snapshot): readonly Finding[] {
  return run.steps.flatMap((tried) => {
    const { step, phase } = tried;
    if (step.kind !== 'helm-upgrade' || phase === 'settled') return [];
    // These are for what an earlier step leaves, which looks for itself: the first upgrade of two, or the uninstall.
    if (step.follows !== undefined || (step.reinstalls === true && !tried.wasTried)) return [];
    const release = snapshot.components.find(({ name }) => name === step.component)?.release;
    // The finding is made anew where it was decided about: it then says so.
    const moved = movedRelease(step, { state: plan.state, decisions: [] }, tried, release);
    if (moved === undefined) return [];
    const others = moved.revision === 0 ? [] : [movedRemedy(step.component, moved.revision)];
    return [
      finding({
        code: 'RELEASE_MOVED',
        severity: 'blocker',
        component: step.component,
        message: `${step.release} was ${moved.was} and is ${moved.is}: somebody else has changed it.`,
        remedies: others.map((id) => allowing(id, `Upgrade ${step.release} from how it is now`)),
      }),
    ];
  });
}
