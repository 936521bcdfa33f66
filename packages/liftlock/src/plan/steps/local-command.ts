import type { LocalCommandStep } from '../../model/step.ts';

/** Runs a command on this machine. What it does nobody but its author knows: unless they say otherwise, there is no way back. */
export function localCommandStep(
  facts: Omit<LocalCommandStep, 'kind' | 'command' | 'risk'> & {
    readonly risk?: LocalCommandStep['risk'] | undefined;
  },
): LocalCommandStep {
  return { ...facts, kind: 'local-command', command: facts.argv, risk: facts.risk ?? 'irreversible' };
}
