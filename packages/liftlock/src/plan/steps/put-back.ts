import type { PutBackStep } from '../../model/step.ts';
import type { ReinstallFacts } from '../reinstall-facts.ts';

/** Puts kept Secrets, ConfigMaps and claims back before the chart is installed again. */
export function putBackStep(facts: ReinstallFacts): PutBackStep {
  const { component, release, namespace, holdings, claims, timeoutSeconds } = facts;
  return {
    kind: 'put-back',
    id: `${component}/put-back`,
    title: `Put back what ${release} must find again`,
    component,
    release,
    namespace,
    kept: holdings.kept.filter((item) => item.isPutBack),
    claims,
    timeoutSeconds,
    risk: 'reversible',
  };
}
