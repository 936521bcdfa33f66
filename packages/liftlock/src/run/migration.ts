import { containersIn, uidOf } from '../findings/faults/memory.ts';
import { numberAt, textAt } from '../findings/faults/read.ts';
import { controllerOf } from '../findings/faults/release-scope.ts';
import type { JsonObject } from '../model/json.ts';
import type { KubeObject } from '../model/kube.ts';
import type { Release } from '../model/snapshot.ts';
import type { MigrationMark } from '../model/step.ts';
import type { World } from './world.ts';

/**
 * A migration of this release that runs right now, in words: a hook Job, or a migrating container that has started and is
 * not ready yet (O2). Nothing of the release may be begun while it runs.
 */
export async function runningMigration(
  step: { readonly namespace: string; readonly migrates?: MigrationMark | undefined },
  world: Pick<World, 'reader'>,
  release: Release | undefined,
): Promise<string | undefined> {
  // A healthy release migrates nothing: only one that was left in the middle can.
  if (release === undefined || release.newest.status === 'deployed') return undefined;
  const jobs = await world.reader.list(`/apis/batch/v1/namespaces/${step.namespace}/jobs`);
  // Those of the revision that was interrupted may have other names than the installed one's.
  const known = [...release.hooks, ...(release.newestRecord?.hooks ?? [])];
  const hooks = jobs.filter((job) => known.some((hook) => hook.kind === 'Job' && hook.name === job.metadata.name));
  if (hooks.length === 0 && step.migrates === undefined) return undefined;
  const pods = await world.reader.list(`/api/v1/namespaces/${step.namespace}/pods`);
  const hook = hooks.find((job) =>
    isAtWork(
      job,
      pods.filter((pod) => controllerOf(pod)?.uid === uidOf(job)),
    ),
  );
  if (hook !== undefined) return `hook Job ${hook.metadata.name} is running: waiting for it`;
  const pod = pods.find(
    (item) => item.metadata.labels?.['app.kubernetes.io/instance'] === release.name && isMigrating(item, step.migrates),
  );
  return pod === undefined ? undefined : `Pod ${pod.metadata.name} is migrating data: waiting for it`;
}

/** A Job that is active, and of which some container has started. One that never started has done nothing yet. */
export function isAtWork(job: KubeObject, itsPods: readonly KubeObject[]): boolean {
  return (
    numberAt(job.status, ['active']) > 0 &&
    itsPods.some(
      (pod) =>
        textAt(pod.status, 'phase') !== 'Succeeded' &&
        textAt(pod.status, 'phase') !== 'Failed' &&
        containersIn(pod).some(({ status }) => hasStarted(status)),
    )
  );
}

/** A migrating container that runs and has not finished its start-up. */
export function isMigrating(pod: KubeObject, migrates: MigrationMark | undefined): boolean {
  return containersIn(pod).some(
    ({ name, status, isInit }) =>
      migrates?.containers.includes(name) &&
      isRunning(status) &&
      // An init container that migrates is at it as long as it runs; another until its startup probe passed.
      (isInit || (status['started'] !== true && status['ready'] !== true)),
  );
}

/** True for a container that runs or ran. */
export function hasStarted(status: JsonObject): boolean {
  const isEnded = numberAt(status, ['state', 'terminated', 'exitCode'], -1) >= 0;
  return isRunning(status) || isEnded || numberAt(status, ['restartCount']) > 0;
}

function isRunning(status: JsonObject): boolean {
  const state = status['state'];
  return typeof state === 'object' && state !== null && 'running' in state;
}
