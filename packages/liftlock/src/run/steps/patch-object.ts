import type { Json } from '../../model/json.ts';
import { formatRef, type KubeObject } from '../../model/kube.ts';
import { Problem } from '../../model/problem.ts';
import type { PatchObjectStep } from '../../model/step.ts';
import { patchOf } from '../../plan/steps/patch-object.ts';
import { fieldAt, isSameJson, parseFieldPath } from '../../release/field-path.ts';
import { runningMigration } from '../migration.ts';
import { objectPath } from '../../snapshot/object-path.ts';
import { readRelease } from '../../snapshot/read-release.ts';
import type { Handler, World } from '../world.ts';

/** Patches single fields of one live object; the former object is kept in the run's backup. */
export const patchObject: Handler<'patch-object'> = {
  async observe(step, world) {
    const path = await objectPath(world.reader, step.object);
    const live = await world.reader.find(path);
    if (live === undefined) return { observation: 'done', note: `${formatRef(step.object)} does not exist` };
    const open = await openPaths(step, world, path, live);
    if (open.length === 0) return { observation: 'done', note: 'it is so already' };
    const migration = await migrationOf(step, world);
    if (migration !== undefined) return { observation: 'busy', note: migration };
    return { observation: 'todo', note: `to be changed: ${open.join(', ')}` };
  },

  async act(step, world) {
    const path = await objectPath(world.reader, step.object);
    const live = await world.reader.find(path);
    if (live === undefined) return { touched: 'no', writes: 0 };
    const { kind, name } = step.object;
    // Named by its version: a second patch of the same object must not write over the first backup.
    const backup = `backup/patched/${kind.toLowerCase()}-${name}-${live.metadata.resourceVersion ?? '0'}.json`;
    await world.folder.writeSecret(backup, JSON.stringify(live, null, 2));
    const { patch, type } = patchOf(step);
    if (type === 'strategic') await world.writer.strategicPatch(path, patch);
    else await world.writer.patch(path, patch);
    return { touched: 'no', writes: 0 };
  },

  async confirm(step, world) {
    const path = await objectPath(world.reader, step.object);
    const live = await world.reader.find(path);
    const open = live === undefined ? [] : await openPaths(step, world, path, live);
    if (open.length === 0)
      return {
        note: `${formatRef(step.object)}: ${[...step.remove, ...step.set.map((item) => item.path)].join(', ')}`,
      };
    throw new Problem(
      'PATCH_UNDONE',
      `${formatRef(step.object)} has ${open.join(', ')} again: something else writes it.`,
      {
        touched: 'yes',
        advice: [
          `Find out what: kubectl get ${step.object.kind.toLowerCase()} ${step.object.name} -o yaml --show-managed-fields`,
          'Then: liftlock resume',
        ],
      },
    );
  },
};

/** A patch of a pod template replaces pods as an upgrade does: none while data is being migrated (O2). */
async function migrationOf(step: PatchObjectStep, world: World): Promise<string | undefined> {
  const upgrade = world.plan.steps.find((item) => item.kind === 'helm-upgrade' && item.component === step.component);
  if (upgrade?.kind !== 'helm-upgrade') return undefined;
  return runningMigration(upgrade, world, await readRelease(world.reader, upgrade.namespace, upgrade.release));
}

/**
 * The fields that the patch would still change. The server is asked: a field that was removed may be there again with the
 * server's default, and that is how it shall be.
 */
async function openPaths(
  step: PatchObjectStep,
  world: World,
  path: string,
  live: KubeObject,
): Promise<readonly string[]> {
  const { patch, type } = patchOf(step);
  const patched = await world.writer.dryRunPatch(path, patch, type);
  return [...step.remove, ...step.set.map((item) => item.path)].filter((text) => {
    const field = parseFieldPath(text);
    return !isSameJson(fieldAt(live as unknown as Json, field), fieldAt(patched as unknown as Json, field));
  });
}
