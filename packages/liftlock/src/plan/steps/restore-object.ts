import { formatRef } from '../../model/kube.ts';
import type { RestoreObjectStep } from '../../model/step.ts';

/** Puts one object back as a run's backup holds it; the present one is kept with the new run. */
export function restoreObjectStep(
  facts: Pick<RestoreObjectStep, 'object' | 'run' | 'file' | 'digest'>,
): RestoreObjectStep {
  const { kind, namespace, name } = facts.object;
  const words = [kind.toLowerCase(), ...(namespace === undefined ? [] : [namespace]), name];
  return {
    ...facts,
    kind: 'restore-object',
    id: `restore/${words.join('/')}`,
    title: `Put ${formatRef(facts.object)} back as run ${facts.run} has kept it`,
    risk: 'reversible',
  };
}
