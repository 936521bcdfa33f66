import type { StepState } from '../journal/fold.ts';
import type { Revision } from '../model/snapshot.ts';
import type { HelmRollbackStep, HelmUpgradeStep } from '../model/step.ts';

type HelmStep = HelmUpgradeStep | HelmRollbackStep;

/** What a run knows of its own tries at a step. */
export type Tried = Pick<StepState, 'wasTried' | 'triedFrom' | 'tries'>;

/** The version of the chart that a release has after the step. */
export function versionAfter(step: HelmStep): string {
  return step.kind === 'helm-upgrade' ? step.chart.version : step.version;
}

/**
 * True where a helm of this run may have made a revision: the one after that from which a try began, of the step's own version. A
 * try that is known to have written nothing has made none.
 */
export function mayBeOwn(
  step: HelmStep,
  { wasTried, triedFrom, tries = [] }: Tried,
  { revision, version }: Pick<Revision, 'revision' | 'version'>,
): boolean {
  // Journals of older versions do not say what a try began from.
  if (triedFrom === undefined) return wasTried;
  return version === versionAfter(step) && tries.some((from) => revision === from + 1);
}
