import { stoppedCode } from '../model/stopped.ts';
import { isUndo } from '../model/step.ts';
import type { StepState } from './fold.ts';

/**
 * The step that undoes a failed one, where it may be taken (O3): the cluster was touched, there is a revision to go back to, no
 * data was migrated, nothing irreversible was done for this component, and nobody asked the run to stop. Otherwise undefined:
 * the run stops and asks.
 */
export function undoOf(failed: StepState, steps: readonly StepState[]): StepState | undefined {
  const undo = steps.find(({ step }) => isUndo(step) && step.undoes === failed.step.id);
  if (undo === undefined) return undefined;
  // Once begun it is finished, also after a resume: halfway back is the worst place.
  if (undo.wasTried) return undo;
  const { step } = failed;
  const isFirst = step.kind !== 'helm-upgrade' || step.from === undefined || step.install || step.reinstalls === true;
  if (isFirst || failed.touched === 'no' || failed.problem?.code === stoppedCode) return undefined;
  return mayHaveMigrated(failed) || isPastReturn(failed, steps) ? undefined : undo;
}

/** A migration that was seen, or one that nobody could have seen: the act was cut off. */
function mayHaveMigrated({ hasMigrated, wasCutOff, step }: StepState): boolean {
  return hasMigrated || (wasCutOff === true && step.kind === 'helm-upgrade' && step.migrates !== undefined);
}

/** Something before it in the same component cannot be taken back: an object that was deleted to be made anew. */
function isPastReturn(failed: StepState, steps: readonly StepState[]): boolean {
  return steps
    .slice(0, steps.indexOf(failed))
    .some(
      ({ step, touched, wasTried }) =>
        step.component === failed.step.component && step.risk === 'irreversible' && wasTried && touched !== 'no',
    );
}
