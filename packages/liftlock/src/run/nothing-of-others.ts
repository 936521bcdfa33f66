import { isProtectedKind } from '../findings/foreseen/protected-objects.ts';
import { formatRef, isSameObject, refOf, type KubeObject, type ObjectRef } from '../model/kube.ts';
import type { Plan } from '../model/plan.ts';
import { Problem } from '../model/problem.ts';
import type { HelmRollbackStep } from '../model/step.ts';
import { isAdoption } from '../plan/remedy-steps.ts';
import { keepingStep } from '../plan/steps/keep-object.ts';
import { patchOf } from '../plan/steps/patch-object.ts';
import { parseManifest } from '../release/manifest.ts';
import { readReleaseRecord } from '../release/release-record.ts';
import { objectPath } from '../snapshot/object-path.ts';
import { listRecords } from '../snapshot/read-release.ts';
import type { World } from './world.ts';

/** What a run needs to look at what a way back would delete. */
export type WayBackWorld = Pick<World, 'reader' | 'writer' | 'plan' | 'folder'>;

interface Going {
  readonly object: ObjectRef;
  readonly path: string;
  readonly live: KubeObject;
  /** There before this run's upgrade, or adopted by it. */
  readonly older: boolean;
}

/**
 * Refuses a way back that nobody is asked about where it would delete what the failed upgrade has made and what holds data: a
 * person decides (O3, O6).
 * @throws Problem WAY_BACK_DELETES
 */
export async function refuseLoss(step: HelmRollbackStep, world: WayBackWorld): Promise<void> {
  const going = await goingOf(step, world);
  const lost = going.filter((item) => isProtectedKind(item.live) && !item.older);
  if (lost.length === 0) return;
  throw new Problem(
    'WAY_BACK_DELETES',
    `helm would delete what the failed upgrade has made: ${lost.map(({ object }) => formatRef(object)).join(', ')}. That is not done without being asked.`,
    {
      touched: 'no',
      advice: ['Go forward: mend the cause, then liftlock resume', 'To go back all the same: liftlock rollback'],
    },
  );
}

/**
 * Annotates what was there before the run, so that helm leaves it where it is: objects made by hand that the plan has adopted
 * are in the failed revision and not in the former one. --force has taken an earlier annotation away. Returns the number of writes.
 */
export async function keepOlder(step: HelmRollbackStep, world: WayBackWorld): Promise<number> {
  const kept = (await goingOf(step, world)).filter(({ older }) => older);
  for (const { object, path, live } of kept) {
    const file = [object.kind.toLowerCase(), object.namespace ?? '', object.name].join('_');
    await world.folder.writeSecret(
      `backup/patched/${file}-${live.metadata.resourceVersion ?? '0'}.json`,
      JSON.stringify(live, null, 2),
    );
    await world.writer.patch(path, patchOf(keepingStep(step.component, object, step.namespace)).patch);
  }
  return kept.length;
}

/** Live objects of the newest revision that the one to go back to does not have, save those that helm keeps anyway. */
async function goingOf(step: HelmRollbackStep, { reader, plan }: WayBackWorld): Promise<readonly Going[]> {
  const secrets = await listRecords(reader, step.namespace, step.release);
  const records = secrets
    .flatMap((secret) => {
      const { record } = readReleaseRecord(secret);
      return record === undefined ? [] : [{ ...record, madeAt: madeAt(secret) }];
    })
    .toSorted((a, b) => b.revision - a.revision);
  const began = beganAt(records, step, plan);
  const former = records.find(({ revision }) => revision === step.revision);
  const [newest] = records;
  if (newest === undefined || former === undefined) return [];
  const stays = parseManifest(former.manifest);
  const going: Going[] = [];
  for (const item of parseManifest(newest.manifest)) {
    const path = await objectPath(reader, { ...refOf(item), namespace: item.metadata.namespace ?? step.namespace });
    const live = await reader.find(path);
    if (live === undefined || stays.some((other) => isSameObject(other, live, step.namespace))) continue;
    if (live.metadata.annotations?.['helm.sh/resource-policy'] === 'keep') continue;
    const object = { ...refOf(item), namespace: live.metadata.namespace };
    going.push({ object, path, live, older: madeAt(live) < began || isAdopted(object, step, plan) });
  }
  return going;
}

/**
 * When helm began to make objects for this run: the API server's time of the first record that the plan had not seen. helm
 * stores it before anything else. Never this machine's clock, which may differ, and is finer than a creationTimestamp's seconds.
 */
function beganAt(
  records: readonly { readonly revision: number; readonly madeAt: number }[],
  step: HelmRollbackStep,
  plan: Plan,
): number {
  const seen = plan.components.find(({ name }) => name === step.component);
  const last = Math.max(seen?.installed?.revision ?? step.revision, seen?.partlyAt?.revision ?? 0);
  return Math.min(...records.filter(({ revision }) => revision > last).map((record) => record.madeAt));
}

/** Milliseconds since 1970, by the API server, which tells whole seconds. */
function madeAt({ metadata }: KubeObject): number {
  return Date.parse(metadata.creationTimestamp ?? '');
}

function isAdopted(object: ObjectRef, step: HelmRollbackStep, plan: Plan): boolean {
  return plan.steps.some(
    (item) =>
      item.component === step.component &&
      isAdoption(item) &&
      item.object.kind === object.kind &&
      item.object.name === object.name &&
      item.object.namespace === object.namespace,
  );
}
