import { isJsonObject, jsonAt, type Json } from '../model/json.ts';
import type { KubeObject } from '../model/kube.ts';
import type { Release } from '../model/snapshot.ts';
import type { HelmUpgradeStep } from '../model/step.ts';
import type { World } from './world.ts';

/**
 * A migration of this release that runs right now, in words: a hook Job, or a migrating container that has started and is
 * not ready yet (O2). Nothing of the release may be begun while it runs.
 */
export async function runningMigration(
  step: HelmUpgradeStep,
  world: World,
  release: Release | undefined,
): Promise<string | undefined> {
  // A healthy release migrates nothing: only one that was left in the middle can.
  if (release === undefined || release.newest.status === 'deployed') return undefined;
  const jobs = await world.reader.list(`/apis/batch/v1/namespaces/${step.namespace}/jobs`);
  const hook = jobs.find(
    (job) => release.hooks.some((item) => item.kind === 'Job' && item.name === job.metadata.name) && isRunning(job),
  );
  if (hook !== undefined) return `hook Job ${hook.metadata.name} is running: waiting for it`;
  const { migrates } = step;
  if (migrates === undefined) return undefined;
  const pods = await world.reader.list(`/api/v1/namespaces/${step.namespace}/pods`);
  const pod = pods.find((item) => isMigrating(item, release, migrates.containers));
  return pod === undefined ? undefined : `Pod ${pod.metadata.name} is migrating data: waiting for it`;
}

function isRunning(job: KubeObject): boolean {
  return Number(jsonAt(job.status, ['active']) ?? 0) > 0;
}

/** Started, not ready, not crashed: its start-up is still at work. */
function isMigrating(pod: KubeObject, release: Release, containers: readonly string[]): boolean {
  if (pod.metadata.labels?.['app.kubernetes.io/instance'] !== release.name) return false;
  const statuses = jsonAt(pod.status, ['containerStatuses']);
  if (!Array.isArray(statuses)) return false;
  return (statuses as readonly Json[]).filter(isJsonObject).some((status) => {
    const isOne = containers.some((name) => name === status['name']);
    return (
      isOne &&
      isJsonObject(jsonAt(status, ['state', 'running'])) &&
      status['started'] !== true &&
      status['ready'] !== true
    );
  });
}
