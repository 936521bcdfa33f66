import { dirname, join } from 'node:path';
import { digestOf } from '../../model/digest.ts';
import { formatRef, type KubeObject } from '../../model/kube.ts';
import type { Plan } from '../../model/plan.ts';
import { Problem } from '../../model/problem.ts';
import type { RestoreObjectStep } from '../../model/step.ts';
import { differInManifestAlone } from '../../release/release-record.ts';
import { isSameObject, restorable } from '../../release/restorable.ts';
import { objectPath } from '../../snapshot/object-path.ts';
import { awaitBound, rebind } from '../rebind.ts';
import type { Handler, RunFolder, World } from '../world.ts';

/** Puts one object back as a run's backup holds it; what stands there now is kept with this run first. */
export const restoreObject: Handler<'restore-object'> = {
  async observe(step, world) {
    const { kept, live } = await lookAt(step, world);
    if (live === undefined) return { observation: 'todo', note: 'it does not exist' };
    if (isSameObject(live, kept)) return { observation: 'done', note: 'it is so already' };
    refuseRecord(step, live, kept);
    return { observation: 'todo', note: 'it differs from the backup' };
  },

  async act(step, world) {
    const { path, kept, live } = await lookAt(step, world);
    const wanted = restorable(kept);
    if (live === undefined && kept.kind === 'PersistentVolumeClaim') {
      await rebind(kept, world);
      return { touched: 'no', writes: 0 };
    }
    if (live === undefined) {
      await world.writer.create(dirname(path), wanted);
      return { touched: 'no', writes: 0 };
    }
    refuseRecord(step, live, kept);
    const { kind, name } = step.object;
    const { resourceVersion } = live.metadata;
    await world.folder.writeSecret(
      `backup/restored/${kind.toLowerCase()}-${name}-${resourceVersion ?? '0'}.json`,
      JSON.stringify(live, null, 2),
    );
    if (live.type !== kept.type) {
      // A Secret's type is immutable.
      await world.writer.delete(path);
      await world.writer.create(dirname(path), wanted);
    } else {
      // The live version guards the write: somebody else's change since is refused, not lost.
      const metadata = { ...wanted.metadata, ...(resourceVersion === undefined ? {} : { resourceVersion }) };
      await world.writer.replace(path, { ...wanted, metadata });
    }
    return { touched: 'no', writes: 0 };
  },

  async confirm(step, world) {
    const { kept, live } = await lookAt(step, world);
    if (kept.kind === 'PersistentVolumeClaim') await awaitBound(kept, world);
    if (live !== undefined && isSameObject(live, kept)) return { note: `${formatRef(step.object)} is as it was kept` };
    throw new Problem('RESTORE_UNDONE', `${formatRef(step.object)} differs from the backup again.`, {
      touched: 'yes',
      advice: [
        `Find out what writes it: kubectl get ${step.object.kind.toLowerCase()} ${step.object.name} -o yaml --show-managed-fields`,
      ],
    });
  },
};

async function lookAt(step: RestoreObjectStep, world: World) {
  const kept = await readBackup(step, world);
  const path = await objectPath(world.reader, step.object);
  const live = await world.reader.find(path);
  if (kept.kind === 'Secret') {
    world.redactor.learnSecretData(kept.data);
    world.redactor.learnSecretData(live?.data);
  }
  return { path, kept, live };
}

/**
 * Copies what a run puts back of another one's backup into its own folder: with that it goes on also where the other one's is not.
 * @param read of files of this machine; what cannot be read is left for its step to tell
 */
export async function keepSources(
  { steps }: Pick<Plan, 'steps'>,
  folder: RunFolder,
  read: (file: string) => Promise<string>,
): Promise<void> {
  for (const step of steps) {
    if (step.kind !== 'restore-object') continue;
    const text = await read(sourceOf(step, folder)).catch(() => undefined);
    if (text !== undefined) await folder.writeSecret(copyOf(step), text);
  }
}

function sourceOf({ run, file }: RestoreObjectStep, { path }: RunFolder): string {
  return join(dirname(path), run, file);
}

/** Of another run: what restores backups of this one passes it by. */
function copyOf({ run, file }: RestoreObjectStep): string {
  return `backup/sources/${run}/${file}.txt`;
}

/** The backup of another run: the copy of it, or where it lies beside this one's folder. Throws BACKUP_DAMAGED. */
async function readBackup(step: RestoreObjectStep, world: World): Promise<KubeObject> {
  const copy = await world.folder.read(copyOf(step));
  const text = copy ?? (await world.readSecretFile(sourceOf(step, world.folder)).catch(() => undefined));
  if (text !== undefined && digestOf(text) === step.digest) {
    const { apiVersion, kind } = step.object;
    // Items of the API's lists do not say what they are.
    return { apiVersion, kind, ...(JSON.parse(text) as Partial<KubeObject>) } as KubeObject;
  }
  const state = text === undefined ? 'gone' : 'not what the plan was made from';
  throw new Problem('BACKUP_DAMAGED', `The backup file ${step.file} of run ${step.run} is ${state}.`);
}

/** A record of helm's that is there is never written over, save where a run has rewritten its manifest and no helm has since. */
function refuseRecord(step: RestoreObjectStep, live: KubeObject, kept: KubeObject): void {
  if (live.type !== 'helm.sh/release.v1' || differInManifestAlone(live, kept)) return;
  throw new Problem('RECORD_STANDS', `helm has written ${formatRef(step.object)} again: it is not written over.`);
}
