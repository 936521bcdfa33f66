import { allowing, finding, shellWord } from '../findings/make-finding.ts';
import type { RunState, StepState } from '../journal/fold.ts';
import type { Finding } from '../model/finding.ts';
import { hopTarget } from '../model/hops.ts';
import type { ComponentPlan, Plan } from '../model/plan.ts';
import { isPairedUndo } from '../model/step.ts';
import { compareVersions } from '../model/version.ts';

/**
 * What an earlier run has not come to, and a new plan does not do either: behind an upgrade that has landed no migration is
 * crossed any more, so that neither its checks nor what is to be put back would be planned again. `resume` does them.
 * @param runs of the site, newest first
 */
export function leftOpenFindings(runs: readonly RunState[], plan: Plan): readonly Finding[] {
  const planned = new Set(plan.steps.map(({ id }) => id));
  const open = plan.components
    .filter(({ action }) => action !== 'skipped')
    .flatMap((component) => {
      const run = runs.find(({ steps, hops }) =>
        [...hops.flatMap((hop) => hop.steps), ...steps].some((state) => isBegun(state, component.name)),
      );
      if (run === undefined || run.purpose !== 'upgrade' || run.status === 'finished') return [];
      const left = run.steps.filter((state) => isLost(state, component, run, planned));
      return left.length === 0 ? [] : [{ component, run, left }];
    });
  return open.map(({ component, run: { run, who, startedAt }, left }) =>
    finding({
      code: 'RUN_LEFT_OPEN',
      severity: 'blocker',
      component: component.name,
      field: run,
      message: `Run ${run} (${who}, ${startedAt}) has not come to its end, and this plan does nothing of what it left: ${left.map(({ step }) => step.title).join('; ')}.`,
      remedies: [
        {
          id: `resume:${run}`,
          title: 'Go on with that run',
          destructive: false,
          commands: [`liftlock resume ${shellWord(run)}`],
        },
        allowing(`leave:${run}`, 'Leave that undone: somebody has seen to it', { destructive: true }),
      ],
    }),
  );
}

function isBegun({ step, wasTried }: StepState, component: string): boolean {
  return wasTried && step.component === component;
}

function isLost(
  { step, phase }: StepState,
  { name, installed }: ComponentPlan,
  { steps, plan }: RunState,
  planned: ReadonlySet<string>,
): boolean {
  if (step.component !== name || step.migration === undefined || phase === 'settled') return false;
  if (isPairedUndo(step)) {
    const change = steps.find((state) => state.step.id === step.undoes);
    // What was there before is kept with that run alone.
    const isChanged = change !== undefined && change.wasTried && (change.touched !== 'no' || change.phase === 'acting');
    return isChanged && (step.undoWhen === 'always' || planned.has(step.id));
  }
  if (planned.has(step.id) || plan === undefined) return false;
  const isLanded = installed !== undefined && compareVersions(installed.version, hopTarget(plan)) >= 0;
  const { id } = step.migration;
  return isLanded || steps.some((state) => state.wasTried && state.step.migration?.id === id);
}
