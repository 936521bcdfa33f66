import type { CompareAddressesStep } from '../../model/step.ts';
import type { ReinstallFacts } from '../reinstall-facts.ts';

/** Compares the addresses of load balancers with those before the uninstall. */
export function compareAddressesStep(facts: ReinstallFacts): CompareAddressesStep {
  const { component, release, namespace, holdings, timeoutSeconds } = facts;
  return {
    kind: 'compare-addresses',
    id: `${component}/compare-addresses`,
    title: `Compare the addresses of ${release} with those before`,
    component,
    release,
    namespace,
    addresses: holdings.addresses,
    timeoutSeconds,
    risk: 'none',
  };
}
