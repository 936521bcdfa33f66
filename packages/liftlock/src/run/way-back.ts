import type { HelmRollbackStep, HelmUpgradeStep } from '../model/step.ts';

/** How a person gets back from a helm step that failed: after an uninstall helm has no former revision. */
export function wayBack(step: HelmUpgradeStep | HelmRollbackStep): string {
  return step.kind === 'helm-upgrade' && step.reinstalls === true
    ? 'helm has no former revision of it any more. What was put aside is kept: liftlock restore lists it.'
    : 'To go back instead: liftlock rollback';
}
