import type { RunJobStep } from '../../model/step.ts';

/**
 * Runs one Job to its end. What it does to data nobody but its author knows: unless they say otherwise there is no way back past
 * it. The command waits for it; the runbook prints the Job itself.
 */
export function runJobStep(
  facts: Omit<RunJobStep, 'kind' | 'command' | 'risk'> & { readonly risk?: RunJobStep['risk'] | undefined },
): RunJobStep {
  return {
    ...facts,
    kind: 'run-job',
    command: [
      'kubectl',
      'wait',
      `job/${facts.job.metadata.name}`,
      '--namespace',
      facts.namespace,
      '--for=condition=Complete',
      `--timeout=${facts.timeoutSeconds}s`,
    ],
    risk: facts.risk ?? 'irreversible',
  };
}
