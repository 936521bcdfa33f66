/** What one `helm upgrade` is told. */
export interface UpgradeArguments {
  readonly release: string;
  /** The pulled archive: never a reference, so that nothing but the pinned digest can be installed. */
  readonly chartFile: string;
  readonly namespace: string;
  readonly install: boolean;
  readonly valuesFiles: readonly string[];
  /** Objects are replaced (PUT) instead of patched. */
  readonly force?: boolean | undefined;
  /** Live values that helm must forget, which an empty file alone would not make it do (O11). */
  readonly forgets?: readonly string[] | undefined;
  /** Helm 4 applies as Helm 3 does, which knows nothing else. */
  readonly clientSide?: boolean | undefined;
  /** Where the hooks of this very upgrade have run already. */
  readonly noHooks?: boolean | undefined;
  /** For the shadow alone: objects of others are taken over, so that nothing hides behind the first. Since Helm 3.17. */
  readonly takeOwnership?: boolean | undefined;
  readonly timeoutSeconds: number;
}

/**
 * Arguments of the real upgrade, after `helm`. Helm 4's bare `--wait` would wait by kstatus, which hangs on some custom
 * resources: `legacy` waits as Helm 3 does. Never --atomic (O3), --set or a flag that
 * reuses values; --force only where the plan says so.
 */
export function upgradeArguments(upgrade: UpgradeArguments, major: 3 | 4): readonly string[] {
  return [
    ...upgradeBase(upgrade, major),
    major === 4 ? '--wait=legacy' : '--wait',
    '--timeout',
    `${upgrade.timeoutSeconds}s`,
    ...(upgrade.noHooks === true ? ['--no-hooks'] : []),
  ];
}

/**
 * The same upgrade for the shadow: no waiting, and no hooks, since hook objects would never appear. The server
 * validates; helm's own OpenAPI validation takes most of its time and says nothing more.
 */
export function shadowUpgradeArguments(upgrade: UpgradeArguments, major: 3 | 4): readonly string[] {
  return [
    ...upgradeBase(upgrade, major),
    ...shadowFlags(major),
    ...(upgrade.takeOwnership === true ? ['--take-ownership'] : []),
  ];
}

function upgradeBase(upgrade: UpgradeArguments, major: 3 | 4): readonly string[] {
  return [
    'upgrade',
    ...(upgrade.install ? ['--install'] : []),
    upgrade.release,
    upgrade.chartFile,
    '--namespace',
    upgrade.namespace,
    ...upgrade.valuesFiles.flatMap((file) => ['-f', file]),
    ...(upgrade.forgets === undefined ? [] : ['--reset-values']),
    ...(upgrade.force === true ? [forceFlag(major)] : []),
    ...(upgrade.clientSide === true ? clientSideFlags(major) : []),
  ];
}

/** `auto`, what Helm 4 does by itself, is server-side for every release that it has installed. Source: helm 4, pkg/cmd/upgrade.go. */
export function clientSideFlags(major: 3 | 4): readonly string[] {
  return major === 4 ? ['--server-side=false'] : [];
}

/** What the two Helms call replacing objects. */
export function forceFlag(major: 3 | 4): string {
  return major === 4 ? '--force-replace' : '--force';
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
