import { holds, type ConditionScope } from '../facts/condition.ts';
import type { JsonObject } from '../model/json.ts';
import { guideChart, type Component } from '../model/platform.ts';
import { clientSideFlags } from '../release/helm-args.ts';
import { setFlags } from '../release/set-flags.ts';

/** What the guide's upgrade command is made of. */
export interface GuideUpgrade {
  readonly component: Pick<Component, 'release' | 'chart' | 'guideCommand' | 'guideCommands' | 'flags'>;
  readonly version: string;
  /** The archive's name, where charts come from a folder: helm is given it in the place of repository and version. */
  readonly file?: string | undefined;
  readonly namespace: string;
  /** Values files as the guide writes them, below the folder in which it is read. */
  readonly valuesFiles: readonly string[];
  /** What the definition sets on the way: `{set}`. */
  readonly set?: JsonObject | undefined;
  /** What the conditions of the definition's commands are asked about. */
  readonly scope?: ConditionScope | undefined;
  readonly timeoutSeconds: number;
  readonly major: 3 | 4;
}

/** Helm 4's names of flags that guides have; the old ones are deprecated there, and warn. */
const newNames: Readonly<Record<string, string>> = {
  '--atomic': '--rollback-on-failure',
  '--force': '--force-replace',
};

/**
 * The guide's command, argument by argument, with the flags of the helm that is used: for the runbook and for those who type
 * it. liftlock itself runs helm from a pulled chart (see release/helm-args.ts).
 */
export function guideUpgradeCommand(upgrade: GuideUpgrade): readonly string[] {
  const { component, version, file, namespace, valuesFiles, timeoutSeconds, major } = upgrade;
  const facts: Readonly<Record<string, string>> = {
    release: component.release,
    chart: file ?? guideChart(component.chart),
    archive: file ?? (component.chart.archive ?? '').replaceAll('{version}', version),
    version,
    namespace,
    timeout: `${timeoutSeconds}s`,
    values: valuesFiles[0] ?? '',
  };
  const words = (file === undefined ? writtenCommand(upgrade) : withoutVersion(writtenCommand(upgrade)))
    .split(/\s+/)
    .flatMap((word) => {
      if (word === '{files}') return valuesFiles.flatMap((path) => ['-f', `./${path}`]);
      if (word === '{set}') return setFlags(upgrade.set ?? {});
      const filled = word.replaceAll(/\{(\w+)\}/g, (whole, name: string) => facts[name] ?? whole);
      return [major === 4 ? (newNames[filled] ?? filled) : filled];
    });
  return [...words, ...(component.flags?.clientSide === true ? clientSideFlags(major) : [])];
}

/** The archive is one version. */
function withoutVersion(command: string): string {
  return command.replace(/\s--version[\s=]\S+/, '');
}

/** The first of the definition's commands whose condition holds; else its one command, or the usual one. */
function writtenCommand({ component, scope }: GuideUpgrade): string {
  const cases = scope === undefined ? [] : (component.guideCommands ?? []);
  const fitting = scope === undefined ? undefined : cases.find(({ when }) => holds(when, scope));
  return fitting?.command ?? component.guideCommand ?? usualCommand;
}

/** Where the definition has no command of its own. */
const usualCommand =
  'helm upgrade --install {release} {chart} --version {version} --namespace {namespace} {files} --wait --timeout {timeout}';
