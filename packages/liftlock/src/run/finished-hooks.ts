import { hasCondition } from '../findings/faults/read.ts';
import type { KubeObject } from '../model/kube.ts';
import type { HelmUpgradeStep } from '../model/step.ts';
import { mayBeOwn, type Tried } from '../plan/own-revision.ts';
import { readReleaseRecord, type ReleaseRecord } from '../release/release-record.ts';
import { listRecords } from '../snapshot/read-release.ts';
import type { World } from './world.ts';

/** When helm runs them in an upgrade: https://helm.sh/docs/topics/charts_hooks/ */
const before = 'pre-upgrade';
const after = 'post-upgrade';

/**
 * Hook Jobs that an interrupted try of this run has begun and that have come to their good end since, where nothing else is left for
 * helm to run: the next try of the same upgrade runs none of them again (O2). Nothing where anything is in doubt: another
 * kind of hook, one that comes after the upgrade, other values, a Job that is gone, has failed or is older than the try.
 *
 * @param isSame whether a revision has the values of the step
 */
export async function finishedHooks(
  step: HelmUpgradeStep,
  world: Pick<World, 'reader'>,
  tried: Tried,
  isSame: (record: ReleaseRecord) => Promise<boolean>,
): Promise<readonly string[]> {
  if (tried.triedFrom === undefined) return [];
  const own = (await listRecords(world.reader, step.namespace, step.release))
    .map((secret) => ({ secret, record: readReleaseRecord(secret).record }))
    .filter(({ record }) => record !== undefined && mayBeOwn(step, tried, { ...record, version: record.chart.version }))
    .toSorted((one, other) => (one.record?.revision ?? 0) - (other.record?.revision ?? 0));
  const [first] = own;
  if (first?.record === undefined || !(await isSame(first.record))) return [];
  const hooks = first.record.hooks.filter(({ events }) => events.includes(before) || events.includes(after));
  if (!hooks.every(({ kind, events }) => kind === 'Job' && !events.includes(after))) return [];
  const jobs = await world.reader.list(`/apis/batch/v1/namespaces/${step.namespace}/jobs`);
  const since = madeAt(first.secret);
  const areDone = hooks.every(({ name }) =>
    jobs.some((job) => job.metadata.name === name && hasCondition(job.status, 'Complete') && madeAt(job) >= since),
  );
  return areDone ? hooks.map(({ name }) => name) : [];
}

/** By the API server's clock: helm stores a revision before it begins with its hooks. */
function madeAt({ metadata }: KubeObject): string {
  return metadata.creationTimestamp ?? '';
}
