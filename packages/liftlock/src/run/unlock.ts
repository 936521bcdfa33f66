import type { Decision } from '../model/finding.ts';
import type { KubeObject } from '../model/kube.ts';
import type { ClusterReader } from '../model/ports.ts';
import { Problem } from '../model/problem.ts';
import type { ReleaseStatus, Revision } from '../model/snapshot.ts';
import type { HelmRollbackStep, HelmUpgradeStep } from '../model/step.ts';
import { markFailed, readReleaseRecord } from '../release/release-record.ts';
import { mayBeOwn, type Tried } from '../plan/own-revision.ts';
import type { World } from './world.ts';
import { listRecords } from '../snapshot/read-release.ts';

type HelmStep = HelmUpgradeStep | HelmRollbackStep;

/** True where someone vouched that the helm which left a release pending is dead. */
export function isUnlocked(release: string, decisions: readonly Decision[]): boolean {
  return decisions.some(({ remedy }) => remedy === `unlock:${release}`);
}

/** The newest record of a release where it is `pending-*`. */
export async function pendingRecord(
  reader: ClusterReader,
  namespace: string,
  release: string,
): Promise<KubeObject | undefined> {
  const records = await listRecords(reader, namespace, release);
  const newest = records.toSorted((a, b) => revisionOf(b) - revisionOf(a))[0];
  return newest?.metadata.labels?.['status']?.startsWith('pending-') === true ? newest : undefined;
}

/** Throws RELEASE_PENDING where neither this run has left that revision pending, nor someone vouched that its helm is dead. */
export function refusePending(
  step: HelmStep,
  { status, ...newest }: Pick<Revision, 'status' | 'revision' | 'version'>,
  world: Pick<World, 'decisions'>,
  tried: Tried,
): void {
  // Any other than those that our tries may have made is somebody else's, and its helm may be alive.
  if (!status.startsWith('pending-') || mayBeOwn(step, tried, newest) || isUnlocked(step.release, world.decisions))
    return;
  throw new Problem(
    'RELEASE_PENDING',
    `Release ${step.release} is ${status}: another helm works on it, or died at it.`,
    {
      advice: [
        `helm history ${step.release} -n ${step.namespace}`,
        `If that helm is dead: --allow unlock:${step.release}`,
      ],
    },
  );
}

/**
 * A release that this run's own helm left `pending-*` when it died is unlocked by its record alone (O1): never by a
 * rollback, which would be a change of version. One that someone else holds is refused.
 */
export async function unlockOwn(step: HelmStep, world: World, tried: Tried): Promise<void> {
  const record = await pendingRecord(world.reader, step.namespace, step.release);
  if (record === undefined) return;
  const status = record.metadata.labels?.['status'] ?? '';
  const version = readReleaseRecord(record).record?.chart.version ?? '';
  refusePending(step, { status: status as ReleaseStatus, revision: revisionOf(record), version }, world, tried);
  await world.folder.writeSecret(`backup/unlocked-${record.metadata.name}.json`, JSON.stringify(record));
  await world.writer.replace(
    `/api/v1/namespaces/${step.namespace}/secrets/${record.metadata.name}`,
    markFailed(record, 'marked failed by liftlock: its helm had died'),
  );
  world.emit({
    type: 'note',
    step: step.id,
    text: `${step.release} revision ${revisionOf(record)} was ${status}; its record is now failed`,
  });
}

function revisionOf(record: KubeObject): number {
  return Number(record.metadata.labels?.['version'] ?? 0);
}
