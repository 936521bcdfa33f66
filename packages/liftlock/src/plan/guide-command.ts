import { guideChart, type Component } from '../model/platform.ts';

/** What the guide's upgrade command is made of. */
export interface GuideUpgrade {
  readonly component: Pick<Component, 'release' | 'chart' | 'guideCommand'>;
  readonly version: string;
  readonly namespace: string;
  /** Values files as the guide writes them, below the folder in which it is read. */
  readonly valuesFiles: readonly string[];
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
  const { component, version, namespace, valuesFiles, timeoutSeconds, major } = upgrade;
  const facts: Readonly<Record<string, string>> = {
    release: component.release,
    chart: guideChart(component.chart),
    version,
    namespace,
    timeout: `${timeoutSeconds}s`,
    values: valuesFiles[0] ?? '',
  };
  const written = component.guideCommand ?? usualCommand;
  return written.split(/\s+/).flatMap((word) => {
    if (word === '{files}') return valuesFiles.flatMap((path) => ['-f', `./${path}`]);
    const filled = word.replaceAll(/\{(\w+)\}/g, (whole, name: string) => facts[name] ?? whole);
    return [major === 4 ? (newNames[filled] ?? filled) : filled];
  });
}

/** Where the definition has no command of its own. */
const usualCommand =
  'helm upgrade --install {release} {chart} --version {version} --namespace {namespace} {files} --wait --timeout {timeout}';
