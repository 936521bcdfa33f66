import { othersCodes, stoppedCode, unrelatedCodes, waitingCodes } from '../model/stopped.ts';
import { isPairedUndo, isUndo } from '../model/step.ts';
import type { StepState } from './fold.ts';

/**
 * The steps that a failed one calls for, in the order in which they are taken: its own rollback where it may be taken (O3), then
 * what puts back what earlier steps have changed (O26), the latest change first. None where the run only waits for something or
 * somebody outside, a person stopped it, or what ended it says nothing about the release: what goes on later goes on as it is.
 */
export function waysBack(failed: StepState, steps: readonly StepState[]): readonly StepState[] {
  const rollback = rollbackOf(failed, steps);
  return [...(rollback === undefined ? [] : [rollback]), ...pairedUndosOf(failed, steps)];
}

/** True once one of them was begun and not all are over: halfway back is the worst place, also after a resume. */
export function isGoingBack(ways: readonly StepState[]): boolean {
  const isOver = ({ phase }: StepState) => phase === 'settled';
  return ways.some((way) => way.wasTried || isOver(way)) && !ways.every(isOver);
}

/**
 * The step that undoes a failed one, where it may be taken (O3): the cluster was touched, there is a revision to go back to, no
 * data was migrated, nothing irreversible was done for this component, nobody else is at the release, and nobody asked the run to stop. Otherwise undefined:
 * the run stops and asks.
 */
function rollbackOf(failed: StepState, steps: readonly StepState[]): StepState | undefined {
  const undo = steps.find(({ step }) => isUndo(step) && !isPairedUndo(step) && step.undoes === failed.step.id);
  if (undo === undefined) return undefined;
  // Once begun it is finished, also after a resume: halfway back is the worst place.
  if (undo.wasTried) return undo;
  const { step } = failed;
  const isFirst = step.kind !== 'helm-upgrade' || step.from === undefined || step.install || step.reinstalls === true;
  const code = failed.problem?.code ?? '';
  if (isFirst || failed.touched === 'no' || isNoFault(code) || othersCodes.includes(code)) return undefined;
  return mayHaveMigrated(failed) || isPastReturn(failed, steps) ? undefined : undo;
}

/** Of changes that this run has made, and whose own place to be put back has not come. */
function pairedUndosOf(failed: StepState, steps: readonly StepState[]): readonly StepState[] {
  const code = failed.problem?.code ?? '';
  if (isNoFault(code) || waitingCodes.includes(code)) return [];
  const at = steps.indexOf(failed);
  return steps
    .filter(({ step }, index) => {
      if (!isPairedUndo(step) || (step.undoWhen === 'always' && index <= at)) return false;
      return steps.slice(0, at + 1).some((done) => done.step.id === step.undoes && done.wasTried);
    })
    .toReversed();
}

/** What ended the step says nothing about the release. */
function isNoFault(code: string): boolean {
  return code === stoppedCode || unrelatedCodes.includes(code);
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
