import type { Json } from '../../model/json.ts';
import { formatRef, type KubeObject } from '../../model/kube.ts';
import { Problem } from '../../model/problem.ts';
import type { PatchObjectStep } from '../../model/step.ts';
import { patchOf } from '../../plan/steps/patch-object.ts';
import { fieldAt, isSameJson, parseFieldPath } from '../../release/field-path.ts';
import { objectPath } from '../../snapshot/object-path.ts';
import { componentMigration } from '../component-migration.ts';
import { completeFormer, forgetFormer, keepingFormer, readFormer } from '../former.ts';
import type { Handler, World } from '../world.ts';

/**
 * Patches single fields of one live object; the former object is kept in the run's backup. A step that undoes another puts its
 * fields back as they were, save those that something else has written since.
 */
export const patchObject: Handler<'patch-object'> = {
  async observe(step, world) {
    const path = await objectPath(world.reader, step.object);
    const live = await world.reader.find(path);
    if (live === undefined) return { observation: 'done', note: `${formatRef(step.object)} does not exist` };
    const wanted = await wantedOf(step, live, world);
    const open = await openPaths(wanted, world, path, live);
    if (open.length === 0) return { observation: 'done', note: doneNote(step, wanted) };
    const migration = await componentMigration(step.component, world);
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
    const { patch, type } = patchOf(await wantedOf(step, live, world));
    await keepingFormer(step.id, live, world, () =>
      type === 'strategic' ? world.writer.strategicPatch(path, patch) : world.writer.patch(path, patch),
    );
    return { touched: 'no', writes: 0 };
  },

  async confirm(step, world) {
    const path = await objectPath(world.reader, step.object);
    const live = await world.reader.find(path);
    const wanted = live === undefined ? { remove: [], set: [] } : await wantedOf(step, live, world);
    const open = live === undefined ? [] : await openPaths(wanted, world, path, live);
    if (open.length > 0)
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
    if (step.undoes !== undefined) await forgetFormer(step.undoes, world);
    else if (live !== undefined) await completeFormer(step.id, live, world);
    return { note: `${formatRef(step.object)}: ${pathsOf(step).join(', ')}` };
  },
};

type Wanted = Pick<PatchObjectStep, 'remove' | 'set'>;

/** What the step asks for; of one that undoes another, what that one has found. */
async function wantedOf(step: PatchObjectStep, live: KubeObject, world: World): Promise<Wanted> {
  if (step.undoes === undefined) return step;
  const former = await readFormer(step.undoes, world);
  // An object that was made anew since has nothing to put back.
  if (former === undefined || former.before.metadata.uid !== live.metadata.uid) return { remove: [], set: [] };
  const at = (object: KubeObject, path: string) => fieldAt(object as unknown as Json, parseFieldPath(path));
  const { before, after } = former;
  const own = pathsOf(step).filter((path) => after === undefined || isSameJson(at(live, path), at(after, path)));
  const found = own.map((path) => ({ path, value: at(before, path) }));
  return {
    remove: found.flatMap(({ path, value }) => (value === undefined ? [path] : [])),
    set: found.flatMap(({ path, value }) => (value === undefined ? [] : [{ path, value }])),
  };
}

function pathsOf(step: Wanted): readonly string[] {
  return [...step.remove, ...step.set.map(({ path }) => path)];
}

function doneNote(step: PatchObjectStep, wanted: Wanted): string {
  const isLeft = step.undoes !== undefined && pathsOf(wanted).length === 0;
  return isLeft ? 'there is nothing of ours to put back' : 'it is so already';
}

/**
 * The fields that the patch would still change. The server is asked: a field that was removed may be there again with the
 * server's default, and that is how it shall be.
 */
async function openPaths(wanted: Wanted, world: World, path: string, live: KubeObject): Promise<readonly string[]> {
  const paths = pathsOf(wanted);
  if (paths.length === 0) return [];
  const { patch, type } = patchOf(wanted);
  const patched = await world.writer.dryRunPatch(path, patch, type);
  return paths.filter((text) => {
    const field = parseFieldPath(text);
    return !isSameJson(fieldAt(live as unknown as Json, field), fieldAt(patched as unknown as Json, field));
  });
}
