import type { CompareKeptStep } from '../../model/step.ts';
import type { ReinstallFacts } from '../reinstall-facts.ts';

/** Compares claims, volumes and Secrets with what was there before the uninstall. */
export function compareKeptStep({ component, release, namespace, holdings, claims }: ReinstallFacts): CompareKeptStep {
  return {
    kind: 'compare-kept',
    id: `${component}/compare-kept`,
    title: `Compare the claims, volumes and Secrets of ${release} with those before`,
    component,
    release,
    namespace,
    kept: holdings.kept,
    claims,
    risk: 'reversible',
  };
}
