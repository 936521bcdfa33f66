import type { KubeObject } from '../model/kube.ts';
import { isPairedUndo } from '../model/step.ts';
import type { World } from './world.ts';

/** An object before and after a step that another one undoes. */
export interface Former {
  readonly before: KubeObject;
  /** As the step has left it; undefined where it was cut off in between. */
  readonly after?: KubeObject | undefined;
}

/** What a step has found, for the one that undoes it; undefined where the step has changed nothing, or that was put back. */
export async function readFormer(step: string, world: Pick<World, 'folder'>): Promise<Former | undefined> {
  const text = await world.folder.read(fileOf(step));
  return text === undefined ? undefined : (JSON.parse(text) as Former);
}

/**
 * Does one change, and keeps the object as it was and as it became, where a step of the plan undoes it. A change that is repeated
 * does not write over what the first one found of that object.
 */
export async function keepingFormer(
  step: string,
  before: KubeObject,
  world: Pick<World, 'folder' | 'plan'>,
  change: () => Promise<KubeObject>,
): Promise<void> {
  if (!world.plan.steps.some((item) => isPairedUndo(item) && item.undoes === step)) {
    await change();
    return;
  }
  const known = await readFormer(step, world);
  // Of one that was made anew meanwhile nothing that stood there before can be put back.
  const isSame = known?.before.metadata.uid === before.metadata.uid;
  const former: Former = { before: known !== undefined && isSame ? known.before : before };
  await world.folder.writeSecret(fileOf(step), JSON.stringify(former));
  const after = await change();
  await world.folder.writeSecret(fileOf(step), JSON.stringify({ ...former, after }));
}

/**
 * Keeps how the object was left by a step that was cut off between its change and that: as it is now that the step is found done.
 * Without it the undo could not tell what the upgrade has written since.
 */
export async function completeFormer(step: string, live: KubeObject, world: Pick<World, 'folder'>): Promise<void> {
  const former = await readFormer(step, world);
  if (former === undefined || former.after !== undefined || former.before.metadata.uid !== live.metadata.uid) return;
  await world.folder.writeSecret(fileOf(step), JSON.stringify({ ...former, after: live }));
}

/** What was put back is no longer former: the step may be done once more. */
export async function forgetFormer(step: string, world: Pick<World, 'folder'>): Promise<void> {
  await world.folder.remove(fileOf(step));
}

/** No id has an underscore. It is no object by itself: what restores backups passes it by. */
function fileOf(step: string): string {
  return `backup/former/${step.replaceAll('/', '_')}.txt`;
}
