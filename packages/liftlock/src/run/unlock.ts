import { markFailed } from '../release/release-record.ts';
import { Problem } from '../model/problem.ts';
import type { HelmRollbackStep, HelmUpgradeStep } from '../model/step.ts';
import type { StepState } from '../journal/fold.ts';
import type { World } from './world.ts';

/**
 * A release that this run's own helm left `pending-*` when it died is unlocked by its record alone (O1): never by a
 * rollback, which would be a change of version. One that someone else holds is refused.
 */
export async function unlockOwn(
  step: HelmUpgradeStep | HelmRollbackStep,
  world: World,
  state: StepState,
): Promise<void> {
  const path = `/api/v1/namespaces/${step.namespace}/secrets`;
  const records = await world.reader.list(path, { labelSelector: `owner=helm,name=${step.release}` });
  const newest = records.toSorted((a, b) => revisionOf(b) - revisionOf(a))[0];
  const status = newest?.metadata.labels?.['status'] ?? '';
  if (newest === undefined || !status.startsWith('pending-')) return;
  if (!state.wasTried) {
    throw new Problem(
      'RELEASE_PENDING',
      `Release ${step.release} is ${status}: another helm works on it, or died at it.`,
      {
        advice: [`helm history ${step.release} -n ${step.namespace}`],
      },
    );
  }
  await world.folder.writeSecret(`backup/unlocked-${newest.metadata.name}.json`, JSON.stringify(newest));
  await world.writer.replace(
    `${path}/${newest.metadata.name}`,
    markFailed(newest, 'marked failed by liftlock: its helm had died'),
  );
  world.emit({
    type: 'note',
    step: step.id,
    text: `${step.release} revision ${revisionOf(newest)} was ${status}; its record is now failed`,
  });
}

function revisionOf(record: { readonly metadata: { readonly labels?: Readonly<Record<string, string>> } }): number {
  return Number(record.metadata.labels?.['version'] ?? 0);
}
