import type { Decision } from '../model/finding.ts';
import type { Component } from '../model/platform.ts';
import type { Release } from '../model/snapshot.ts';
import type { HelmUpgradeStep } from '../model/step.ts';
import { forceFlag } from '../release/helm-args.ts';
import { dropRemedy } from './remedy-steps.ts';

/** What becomes of the guide's flags that helm is not given as they stand. */
export interface JudgedFlags {
  readonly force: boolean;
  /** The guide wants a rollback on failure, and there is something to go back to. */
  readonly rollsBack: boolean;
  readonly notes: readonly string[];
}

export interface FlagEvidence {
  readonly release: Release | undefined;
  readonly decisions: readonly Decision[];
  readonly major: 3 | 4;
}

/**
 * The guide's --force stays where nothing speaks against it: someone, or the forecast, may have dropped it, and Helm 4 cannot
 * replace objects of a release that it applies server-side (helm 4, pkg/kube/client.go). Its --atomic never stays (O3).
 */
export function judgeFlags(component: Component, { release, decisions, major }: FlagEvidence): JudgedFlags {
  const { force = false, atomic = false, clientSide = false } = component.flags ?? {};
  const notes: string[] = [];
  const flag = forceFlag(major);
  const dropped = decisions.find(({ remedy }) => remedy === dropRemedy(component.name, '--force'));
  // A release that Helm 4 installs is applied server-side from its first revision on.
  const isServerSide = major === 4 && !clientSide && (release === undefined || release.applyMethod === 'ssa');
  if (force && dropped !== undefined) notes.push(droppedNote(flag, dropped));
  else if (force && isServerSide)
    notes.push(`${flag} of the guide is left out: helm refuses it for a release that is applied server-side.`);
  if (clientSide && major === 4) notes.push('The vendor asks for --server-side=false where helm is Helm 4.');
  const installed = release?.installed;
  const rollsBack = atomic && installed !== undefined;
  if (atomic) {
    const name = major === 4 ? '--rollback-on-failure' : '--atomic';
    notes.push(
      rollsBack
        ? `${name} of the guide is a step of its own. On failure: roll back to ${installed.version}, after the evidence is kept.`
        : `${name} of the guide is left out: there is no revision to roll back to, and helm would take everything away again.`,
    );
  }
  return { force: force && dropped === undefined && !isServerSide, rollsBack, notes };
}

/** The reason is the finding's that the decision answers; a decision by name may stand without one. */
function droppedNote(flag: string, { code }: Decision): string {
  const why =
    code === 'FORCE_STRIPS'
      ? 'it would strip what the chart has not set'
      : code === undefined
        ? 'that was decided'
        : 'the API server would refuse what it does';
  return `${flag} of the guide is left out: ${why}.`;
}

/** An upgrade without the flag that was decided against since it was planned: a run that goes on has its plan already. */
export function withoutDropped(upgrade: HelmUpgradeStep, decisions: readonly Decision[]): HelmUpgradeStep {
  const dropped = decisions.find(({ remedy }) => remedy === dropRemedy(upgrade.component, '--force'));
  if (upgrade.force !== true || dropped === undefined) return upgrade;
  const { force: _force, command, notes = [], ...rest } = upgrade;
  const flag = command?.find((word) => word === forceFlag(3) || word === forceFlag(4)) ?? forceFlag(3);
  return {
    ...rest,
    ...(command === undefined ? {} : { command: command.filter((word) => word !== flag) }),
    notes: [droppedNote(flag, dropped), ...notes],
  };
}
