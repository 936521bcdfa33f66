import type { CompareClaimsStep } from '../../model/step.ts';

/** Compares the claims of a namespace with those before the upgrade; it writes nothing. */
export function compareClaimsStep(facts: Omit<CompareClaimsStep, 'kind' | 'command' | 'risk'>): CompareClaimsStep {
  return {
    ...facts,
    kind: 'compare-claims',
    command: [
      'kubectl',
      'get',
      'persistentvolumeclaims',
      '--namespace',
      facts.namespace,
      '--output',
      'custom-columns=NAME:.metadata.name,STATUS:.status.phase,UID:.metadata.uid,VOLUME:.spec.volumeName',
    ],
    risk: 'none',
  };
}
