import type { Decision } from '../model/finding.ts';
import { nameWithin, type ObjectRef } from '../model/kube.ts';
import type { Holdings } from '../model/snapshot.ts';
import type { HelmUpgradeStep, PatchObjectStep, Step } from '../model/step.ts';
import { noHooksRemedy, rebindRemedy, reinstallRemedy, retainRemedy, type ReinstallFacts } from './reinstall-facts.ts';
import { compareAddressesStep } from './steps/compare-addresses.ts';
import { compareKeptStep } from './steps/compare-kept.ts';
import { helmUninstallStep } from './steps/helm-uninstall.ts';
import { patchObjectStep } from './steps/patch-object.ts';
import { putAsideStep } from './steps/put-aside.ts';
import { putBackStep } from './steps/put-back.ts';
import { retainVolumesStep } from './steps/retain-volumes.ts';

/** True where someone decided to uninstall a component and install it again. */
export function isReinstalled(component: string, decisions: readonly Decision[]): boolean {
  return decisions.some(({ remedy }) => remedy === reinstallRemedy(component));
}

/**
 * An upgrade as uninstall and reinstall, in the order in which nothing can be lost: copy, retain, uninstall, put back, install,
 * compare (O4, O5). Undefined where nobody decided for it, or where the release is not there: then there is nothing to take away.
 */
export function reinstallSteps(
  upgrade: HelmUpgradeStep,
  holdings: Holdings | undefined,
  decisions: readonly Decision[],
): readonly Step[] | undefined {
  if (holdings === undefined || !isReinstalled(upgrade.component, decisions)) return undefined;
  const has = (remedy: string) => decisions.some((decision) => decision.remedy === remedy);
  const facts: ReinstallFacts = {
    component: upgrade.component,
    release: upgrade.release,
    namespace: upgrade.namespace,
    holdings,
    claims: holdings.claims.map(({ goesBecause, ...claim }) => ({
      ...claim,
      isRebound: goesBecause !== undefined && has(rebindRemedy(claim, upgrade.namespace)),
    })),
    noHooks: has(noHooksRemedy(upgrade.component)),
    timeoutSeconds: upgrade.timeoutSeconds,
    migrates: upgrade.migrates,
  };
  return [
    putAsideStep(facts),
    ...(facts.claims.some((claim) => claim.volume !== '') ? [retainVolumesStep(facts)] : []),
    ...holdings.deletesClaims
      .filter((set) => has(retainRemedy(set, upgrade.namespace)))
      .map((set) => keepClaims(facts, set)),
    helmUninstallStep(facts),
    putBackStep(facts),
    installAgain(upgrade),
    compareKeptStep(facts),
    ...(holdings.addresses.length === 0 ? [] : [compareAddressesStep(facts)]),
  ];
}

/** There is no former revision to go back to any more: a failed installation stays, to be repaired forward (O3). */
function installAgain({ from: _from, ...upgrade }: HelmUpgradeStep): HelmUpgradeStep {
  const { command } = upgrade;
  const isFlagged = command === undefined || command.includes('--install');
  return {
    ...upgrade,
    title: `${upgrade.title.replace(/^Upgrade /, 'Install ')} again`,
    install: true,
    reinstalls: true,
    ...(isFlagged ? {} : { command: [...command.slice(0, 2), '--install', ...command.slice(2)] }),
    risk: 'irreversible',
  };
}

/** The controller takes the claims from the set when it is told to keep them. */
function keepClaims(facts: ReinstallFacts, set: ObjectRef): PatchObjectStep {
  return patchObjectStep({
    id: `${facts.component}/retain/statefulset/${nameWithin(set, facts.namespace)}`,
    title: `Tell StatefulSet ${set.name} to keep its claims`,
    component: facts.component,
    object: set,
    remove: [],
    set: [{ path: 'spec.persistentVolumeClaimRetentionPolicy.whenDeleted', value: 'Retain' }],
    risk: 'reversible',
  });
}
