import type { ConditionScope } from '../../facts/condition.ts';
import type { JsonObject } from '../../model/json.ts';
import type { Component } from '../../model/platform.ts';
import { isArchive, type HelmUpgradeStep, type PinnedChart } from '../../model/step.ts';
import { clientSideFlags, forceFlag } from '../../release/helm-args.ts';
import { setFlags } from '../../release/set-flags.ts';
import { changedPaths } from '../../values/compare.ts';
import { forgottenPaths, type SettledValues } from '../../values/settle-values.ts';
import { guideUpgradeCommand } from '../guide-command.ts';

export interface UpgradeFacts {
  readonly component: Component;
  readonly namespace: string;
  readonly chart: PinnedChart;
  readonly isInstall: boolean;
  readonly values: HelmUpgradeStep['values'];
  readonly keep: readonly string[];
  /** How values are carried over to a chart that takes them otherwise. */
  readonly settled?: SettledValues | undefined;
  /** What helm will be given. */
  readonly wanted?: JsonObject | undefined;
  /** The live release's own values. */
  readonly live?: JsonObject | undefined;
  /** What the conditions of the definition's commands are asked about. */
  readonly scope?: ConditionScope | undefined;
  readonly timeoutSeconds: number;
  /** The guide's own timeout: where a site changes it, the guide's command keeps the guide's. */
  readonly guideTimeoutSeconds: number;
  readonly from: HelmUpgradeStep['from'];
  readonly major: 3 | 4;
  readonly force: boolean;
  readonly notes: readonly string[];
}

/** One `helm upgrade`. It is reversible by a rollback, save where the component migrates data. */
export function helmUpgradeStep(facts: UpgradeFacts): HelmUpgradeStep {
  const { component, chart, namespace } = facts;
  const valuesFiles = facts.values.flatMap(({ path, isCommand }) => (isCommand === true ? [] : [path]));
  const { settled } = facts;
  const forgets = forgotten(facts);
  const notes = [...facts.notes, ...forgetsNote(forgets)];
  const guideCommand = guideUpgradeCommand({
    component,
    version: chart.version,
    ...(isArchive(chart) ? { file: chart.source } : {}),
    namespace,
    valuesFiles,
    set: settled?.carryOver.set,
    scope: facts.scope,
    timeoutSeconds: facts.guideTimeoutSeconds,
    major: facts.major,
  });
  return {
    kind: 'helm-upgrade',
    id: `${component.name}/upgrade`,
    title: `${facts.isInstall ? 'Install' : 'Upgrade'} ${component.title}`,
    component: component.name,
    release: component.release,
    namespace,
    chart,
    install: facts.isInstall,
    values: facts.values,
    ...(facts.force ? { force: true } : {}),
    ...(component.flags?.clientSide === true && facts.major === 4 ? { clientSide: true } : {}),
    keep: facts.keep,
    ...(settled === undefined ? {} : { carryOver: settled.carryOver }),
    ...(forgets === undefined ? {} : { forgets }),
    ...(needsFile(facts, guideCommand) ? { ownFile: true } : {}),
    timeoutSeconds: facts.timeoutSeconds,
    ...(component.migrates === undefined ? {} : { migrates: component.migrates }),
    ...(facts.from === undefined ? {} : { from: facts.from }),
    ...(notes.length === 0 ? {} : { notes }),
    guideCommand,
    command: [
      'helm',
      'upgrade',
      ...(facts.isInstall ? ['--install'] : []),
      component.release,
      `${chart.name}-${chart.version}.tgz`,
      '--namespace',
      namespace,
      ...(settled === undefined ? ownFiles(facts) : ['-f', 'carried-values.yaml']),
      ...(forgets === undefined ? [] : ['--reset-values']),
      ...(facts.force ? [forceFlag(facts.major)] : []),
      ...(component.flags?.clientSide === true ? clientSideFlags(facts.major) : []),
      '--wait',
      '--timeout',
      `${facts.timeoutSeconds}s`,
    ],
    risk: component.migrates === undefined ? 'reversible' : 'irreversible',
  };
}

/** True where the values are neither files of the operator's, nor live ones as they are, nor all in the guide's own flags. */
function needsFile({ settled, values, wanted = {} }: UpgradeFacts, guideCommand: readonly string[]): boolean {
  if (values.some(({ isCommand }) => isCommand === true)) return true;
  if (settled === undefined) return false;
  const { set } = settled.carryOver;
  const isSaid = setFlags(set).every((flag) => guideCommand.includes(flag));
  return changedPaths(isSaid ? set : {}, wanted).length > 0;
}

function ownFiles({ values, keep }: UpgradeFacts): readonly string[] {
  return [
    ...values.flatMap(({ path, isCommand }) => ['-f', isCommand === true ? 'console-values.yaml' : path]),
    ...(keep.length === 0 ? [] : ['-f', 'kept-values.yaml']),
  ];
}

/**
 * Live values that must not come back. helm itself brings all of them back where it is given none, whatever the file is called
 * (helm pkg/action, reuseValues).
 */
function forgotten({ settled, wanted = {}, live = {}, isInstall }: UpgradeFacts): readonly string[] | undefined {
  if (isInstall) return undefined;
  const paths = settled === undefined ? [] : forgottenPaths(settled.values);
  if (paths.length > 0) return paths;
  return Object.keys(wanted).length === 0 && Object.keys(live).length > 0 ? Object.keys(live) : undefined;
}

/** Keys are named; of values nothing is said. */
function forgetsNote(forgets: readonly string[] | undefined): readonly string[] {
  if (forgets === undefined) return [];
  const shown = forgets.slice(0, 12).join(', ');
  const rest = forgets.length > 12 ? ` and ${forgets.length - 12} more` : '';
  return [
    `--reset-values instead of the flags that reuse values: they would bring back what is left out or has another name now (${shown}${rest}). helm is given all values in one file.`,
  ];
}
