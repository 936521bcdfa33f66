import type { ScaleStep } from '../../model/step.ts';

/** Sets the number of replicas of a workload; `pairedUndo` makes the step that puts the former number back. */
export function scaleStep(facts: Omit<ScaleStep, 'kind' | 'command' | 'risk'>): ScaleStep {
  const { object, replicas } = facts;
  return {
    ...facts,
    kind: 'scale',
    ...(replicas === 'former'
      ? {}
      : {
          command: [
            'kubectl',
            'scale',
            object.kind.toLowerCase(),
            object.name,
            ...(object.namespace === undefined ? [] : ['--namespace', object.namespace]),
            '--replicas',
            String(replicas),
          ],
        }),
    risk: 'reversible',
  };
}
