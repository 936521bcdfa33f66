import type { RestartStep } from '../../model/step.ts';

/** Replaces the pods of a workload by new ones of the same template. */
export function restartStep(facts: Omit<RestartStep, 'kind' | 'command' | 'risk'>): RestartStep {
  const { kind, name, namespace } = facts.object;
  return {
    ...facts,
    kind: 'restart',
    command: [
      'kubectl',
      'rollout',
      'restart',
      `${kind.toLowerCase()}/${name}`,
      ...(namespace === undefined ? [] : ['--namespace', namespace]),
    ],
    risk: 'reversible',
  };
}
