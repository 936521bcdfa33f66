import type { BackupStep } from '../../model/step.ts';

/** Copies values, manifests and history of the named releases before the first write. Touches nothing. */
export function backupStep(releases: BackupStep['releases']): BackupStep {
  return {
    kind: 'backup',
    id: 'backup',
    title: 'Back up values, manifests and history',
    risk: 'none',
    releases,
  };
}
