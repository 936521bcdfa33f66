import type { HelmRollbackStep, HelmUpgradeStep } from '../../model/step.ts';
import { helmRollbackStep } from './helm-rollback.ts';

/**
 * What the guide's --atomic means, as a step of its own (O3): taken only when the upgrade has failed, after the evidence was
 * kept. Undefined where there is no former revision: a first installation stays, to be repaired forward.
 */
export function rollbackOnFailure(upgrade: HelmUpgradeStep): HelmRollbackStep | undefined {
  const { from } = upgrade;
  if (from === undefined || upgrade.install || upgrade.reinstalls === true) return undefined;
  return {
    ...helmRollbackStep({
      component: upgrade.component,
      release: upgrade.release,
      namespace: upgrade.namespace,
      revision: from.revision,
      version: from.version,
      undoes: upgrade.id,
      timeoutSeconds: upgrade.timeoutSeconds,
      ...(upgrade.migrates === undefined ? {} : { migrates: upgrade.migrates }),
    }),
    id: `${upgrade.component}/rollback-on-failure`,
    title: `On failure: return ${upgrade.component} to ${from.version} (revision ${from.revision})`,
  };
}
