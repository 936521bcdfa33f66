import { hasNextHop } from '../model/hops.ts';
import { isUndo, type Step } from '../model/step.ts';
import type { RunState, StepState } from './fold.ts';
import { waysBack } from './undo.ts';

/** The next thing to do, or why nothing is left. */
export type Action =
  | { readonly do: 'observe'; readonly step: Step }
  | { readonly do: 'wait'; readonly step: Step; readonly note: string }
  | { readonly do: 'act'; readonly step: Step }
  | { readonly do: 'confirm'; readonly step: Step }
  | { readonly do: 'stop'; readonly step: Step }
  /** This hop is finished and verified: the next one is planned from how things are now. */
  | { readonly do: 'replan'; readonly hop: number }
  | { readonly do: 'finish' };

/**
 * Decides from the run's state alone. Steps go strictly in order: no step is looked at before the one before it is
 * settled, so component n+1 never begins before n is healthy.
 */
export function nextAction(state: RunState): Action {
  const open = state.steps.find((step) => step.phase !== 'settled' && !isUndo(step.step));
  if (open === undefined) return afterLastStep(state);
  const ways = open.phase === 'failed' ? waysBack(open, state.steps) : [];
  // Whatever becomes of the way back, the run stops with what made it necessary.
  return actionFor(ways.find(({ phase }) => phase !== 'settled') ?? open);
}

function afterLastStep({ plan }: RunState): Action {
  return plan !== undefined && hasNextHop(plan) ? { do: 'replan', hop: plan.hop + 1 } : { do: 'finish' };
}

function actionFor(open: StepState): Action {
  switch (open.phase) {
    case 'todo':
      return { do: 'observe', step: open.step };
    case 'busy':
      return { do: 'wait', step: open.step, note: open.note };
    case 'needed':
      return { do: 'act', step: open.step };
    case 'acted':
      return { do: 'confirm', step: open.step };
    case 'acting':
      // The outcome is not known: only a resume, which voids the step, may go on from here.
      return { do: 'stop', step: open.step };
    case 'failed':
      return { do: 'stop', step: open.step };
    case 'settled':
      throw new Error('a settled step is not open');
  }
}
