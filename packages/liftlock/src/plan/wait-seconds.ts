import type { Step } from '../model/step.ts';

/** Seconds that a component's steps beside its upgrade take at worst: what has to fit into the window with it (O24). */
export function waitSeconds(steps: readonly Step[], component: string): number {
  return steps.reduce((sum, step) => (step.component === component ? sum + atWorst(step) : sum), 0);
}

function atWorst(step: Step): number {
  switch (step.kind) {
    case 'await-condition':
      return step.timeoutSeconds + step.minimumSeconds;
    case 'run-job':
    case 'restart':
    case 'local-command':
      return step.timeoutSeconds;
    case 'helm-upgrade':
      // The component's own upgrade is counted by itself; this is a second one.
      return step.follows === undefined ? 0 : step.timeoutSeconds;
    default:
      return 0;
  }
}
