import type { ReplaceObjectStep } from '../../model/step.ts';

/** Deletes one object that what follows makes anew; the former object is kept with the run. */
export function replaceObjectStep(
  facts: Omit<ReplaceObjectStep, 'kind' | 'risk' | 'command' | 'guideCommand'>,
): ReplaceObjectStep {
  const { kind, name, namespace } = facts.object;
  return {
    ...facts,
    kind: 'replace-object',
    command: [
      'kubectl',
      'delete',
      kind.toLowerCase(),
      name,
      ...(namespace === undefined ? [] : ['--namespace', namespace]),
      ...(facts.orphansPods ? ['--cascade=orphan'] : []),
    ],
    risk: 'irreversible',
  };
}
