/** What the guide's upgrade command is made of. */
export interface GuideUpgrade {
  readonly release: string;
  /** oci://… as the guide writes it. */
  readonly chart: string;
  readonly version: string;
  readonly namespace: string;
  /** Values files below the checkout, as the guide writes them. */
  readonly valuesFiles: readonly string[];
  readonly timeoutSeconds: number;
}

/**
 * The guide's command, argument by argument: for the runbook and for those who type it. liftlock itself runs helm from a
 * pulled chart (see adapters/helm/flags.ts).
 */
export function guideUpgradeCommand(upgrade: GuideUpgrade): readonly string[] {
  return [
    'helm',
    'upgrade',
    '--install',
    upgrade.release,
    upgrade.chart,
    '--version',
    upgrade.version,
    '--namespace',
    upgrade.namespace,
    ...upgrade.valuesFiles.flatMap((path) => ['-f', `./${path}`]),
    '--wait',
    '--timeout',
    `${upgrade.timeoutSeconds}s`,
  ];
}
