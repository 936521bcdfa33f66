/** What one `helm upgrade` is told. */
export interface UpgradeArguments {
  readonly release: string;
  /** The pulled archive: never a reference, so that nothing but the pinned digest can be installed. */
  readonly chartFile: string;
  readonly namespace: string;
  readonly install: boolean;
  readonly valuesFiles: readonly string[];
  readonly timeoutSeconds: number;
}

/**
 * Arguments of the real upgrade, after `helm`. Helm 4's bare `--wait` would wait by kstatus, which hangs on some custom
 * resources: `legacy` waits as Helm 3 does. Never --atomic (O3), --set, --force or a reuse flag.
 */
export function upgradeArguments(upgrade: UpgradeArguments, major: 3 | 4): readonly string[] {
  return [...upgradeBase(upgrade), major === 4 ? '--wait=legacy' : '--wait', '--timeout', `${upgrade.timeoutSeconds}s`];
}

/**
 * The same upgrade for the shadow: no waiting, and no hooks, since hook objects would never appear. The server
 * validates; helm's own OpenAPI validation takes most of its time and says nothing more.
 */
export function shadowUpgradeArguments(upgrade: UpgradeArguments, major: 3 | 4): readonly string[] {
  return [...upgradeBase(upgrade), ...shadowFlags(major)];
}

function upgradeBase(upgrade: UpgradeArguments): readonly string[] {
  return [
    'upgrade',
    ...(upgrade.install ? ['--install'] : []),
    upgrade.release,
    upgrade.chartFile,
    '--namespace',
    upgrade.namespace,
    ...upgrade.valuesFiles.flatMap((file) => ['-f', file]),
  ];
}

export interface RollbackArguments {
  readonly release: string;
  readonly revision: number;
  readonly namespace: string;
  readonly timeoutSeconds: number;
}

export function rollbackArguments(rollback: RollbackArguments, major: 3 | 4): readonly string[] {
  return [
    ...rollbackBase(rollback),
    major === 4 ? '--wait=legacy' : '--wait',
    '--timeout',
    `${rollback.timeoutSeconds}s`,
  ];
}

export function shadowRollbackArguments(rollback: RollbackArguments, major: 3 | 4): readonly string[] {
  return [...rollbackBase(rollback), '--no-hooks', ...(major === 4 ? ['--wait=hookOnly'] : [])];
}

function rollbackBase(rollback: RollbackArguments): readonly string[] {
  return ['rollback', rollback.release, String(rollback.revision), '--namespace', rollback.namespace];
}

function shadowFlags(major: 3 | 4): readonly string[] {
  return ['--no-hooks', '--disable-openapi-validation', ...(major === 4 ? ['--wait=hookOnly'] : [])];
}
