import type { Component } from '../../model/platform.ts';
import type { HelmUpgradeStep, PinnedChart } from '../../model/step.ts';
import { forceFlag } from '../../release/helm-args.ts';
import { guideUpgradeCommand } from '../guide-command.ts';

export interface UpgradeFacts {
  readonly component: Component;
  readonly namespace: string;
  readonly chart: PinnedChart;
  readonly isInstall: boolean;
  readonly values: HelmUpgradeStep['values'];
  readonly keep: readonly string[];
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
  const valuesFiles = facts.values.map((file) => file.path);
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
    keep: facts.keep,
    timeoutSeconds: facts.timeoutSeconds,
    ...(component.migrates === undefined ? {} : { migrates: component.migrates }),
    ...(facts.from === undefined ? {} : { from: facts.from }),
    ...(facts.notes.length === 0 ? {} : { notes: facts.notes }),
    guideCommand: guideUpgradeCommand({
      component,
      version: chart.version,
      namespace,
      valuesFiles,
      timeoutSeconds: facts.guideTimeoutSeconds,
      major: facts.major,
    }),
    command: [
      'helm',
      'upgrade',
      ...(facts.isInstall ? ['--install'] : []),
      component.release,
      `${chart.name}-${chart.version}.tgz`,
      '--namespace',
      namespace,
      ...valuesFiles.flatMap((path) => ['-f', path]),
      ...(facts.keep.length === 0 ? [] : ['-f', 'kept-values.yaml']),
      ...(facts.force ? [forceFlag(facts.major)] : []),
      '--wait',
      '--timeout',
      `${facts.timeoutSeconds}s`,
    ],
    risk: component.migrates === undefined ? 'reversible' : 'irreversible',
  };
}
