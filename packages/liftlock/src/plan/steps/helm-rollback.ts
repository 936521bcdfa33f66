import type { HelmRollbackStep } from '../../model/step.ts';

/** One `helm rollback` to a named revision. */
export function helmRollbackStep(
  facts: Omit<HelmRollbackStep, 'kind' | 'id' | 'title' | 'risk' | 'command'>,
): HelmRollbackStep {
  return {
    ...facts,
    kind: 'helm-rollback',
    id: `${facts.component}/rollback`,
    title: `Return ${facts.component} to ${facts.version} (revision ${facts.revision})`,
    risk: 'reversible',
    command: [
      'helm',
      'rollback',
      facts.release,
      String(facts.revision),
      '--namespace',
      facts.namespace,
      '--wait',
      '--timeout',
      `${facts.timeoutSeconds}s`,
    ],
  };
}
