import type { BackupStep } from '../../model/step.ts';

/**
 * Copies values, manifests and history of the named releases before the first write. Touches nothing.
 * @param values live values that upgrades of the plan are given: kept as files of the names that the guide has for them
 */
export function backupStep(
  releases: BackupStep['releases'],
  values: NonNullable<BackupStep['values']> = [],
): BackupStep {
  return {
    kind: 'backup',
    id: 'backup',
    title: 'Back up values, manifests and history',
    risk: 'none',
    releases,
    ...(values.length === 0 ? {} : { values }),
  };
}
