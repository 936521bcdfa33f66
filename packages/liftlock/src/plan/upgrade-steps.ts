import { formatRef } from '../model/kube.ts';
import type { ComponentSnapshot } from '../model/snapshot.ts';
import type { HelmUpgradeStep, Step } from '../model/step.ts';
import { withoutDropped } from './guide-flags.ts';
import { reinstallSteps } from './reinstall.ts';
import { remedySteps, type RemedyInput } from './remedy-steps.ts';

/** One component's steps: what chosen remedies do first, and the upgrade; or the uninstall and the installation around it. */
export function upgradeSteps(
  planned: HelmUpgradeStep,
  read: ComponentSnapshot | undefined,
  input: RemedyInput,
): readonly Step[] {
  const upgrade = withoutDropped(planned, input.decisions);
  const remedies = remedySteps(upgrade, read?.release, input);
  const again = reinstallSteps(upgrade, read?.holdings, input.decisions);
  if (again === undefined) return [...remedies, upgrade];
  // What goes with the release needs no mending.
  const going = new Set(read?.holdings?.objects.map(formatRef));
  return [...remedies.filter((step) => !('object' in step && going.has(formatRef(step.object)))), ...again];
}
