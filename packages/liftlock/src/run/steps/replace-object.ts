import { formatRef, type KubeObject } from '../../model/kube.ts';
import { Problem } from '../../model/problem.ts';
import type { ReplaceObjectStep } from '../../model/step.ts';
import { objectPath } from '../../snapshot/object-path.ts';
import type { Handler, World } from '../world.ts';

/** Deletes one object, which is kept with the run first; what follows makes it anew. */
export const replaceObject: Handler<'replace-object'> = {
  async observe(step, world) {
    const { live, kept } = await lookAt(step, world);
    if (live === undefined) return { observation: 'done', note: `${formatRef(step.object)} does not exist` };
    if (kept !== undefined && kept.metadata.uid !== live.metadata.uid)
      return { observation: 'done', note: 'it was made anew since this run began' };
    return { observation: 'todo', note: 'it is there' };
  },

  async act(step, world) {
    const { live, kept, path } = await lookAt(step, world);
    if (live === undefined) return { touched: 'no', writes: 0 };
    if (kept === undefined) await world.folder.writeSecret(backupOf(step), JSON.stringify(live, null, 2));
    await world.writer.delete(path, {
      uid: live.metadata.uid,
      propagation: step.orphansPods ? 'Orphan' : 'Background',
    });
    return { touched: 'no', writes: 0 };
  },

  async confirm(step, world) {
    const until = world.clock.now().getTime() + longestWaitMs;
    for (;;) {
      const { live, kept } = await lookAt(step, world);
      if (live === undefined || live.metadata.uid !== kept?.metadata.uid)
        return { note: `${formatRef(step.object)} is gone` };
      if (world.clock.now().getTime() > until || world.stop.signal.aborted) throw stillThere(live);
      await world.clock.sleep(pauseMs, world.stop.signal);
    }
  },
};

const pauseMs = 500;
const longestWaitMs = 120_000;

function stillThere(live: KubeObject): Problem {
  const finalizers = live.metadata.finalizers ?? [];
  return new Problem(
    'STILL_DELETING',
    `${formatRef({ ...live, ...live.metadata })} is being deleted and not gone yet${finalizers.length === 0 ? '' : `: its finalizers are ${finalizers.join(', ')}`}.`,
    { touched: 'yes', advice: ['When it is gone: liftlock resume'] },
  );
}

async function lookAt(step: ReplaceObjectStep, world: World) {
  const path = await objectPath(world.reader, step.object);
  const live = await world.reader.find(path);
  const text = await world.folder.read(backupOf(step));
  const kept = text === undefined ? undefined : (JSON.parse(text) as KubeObject);
  if (live?.kind === 'Secret') world.redactor.learnSecretData(live.data);
  return { path, live, kept };
}

/**
 * By step and namespace: the object may be made anew a second time in one run, and have a namesake elsewhere. No id and no
 * namespace has an underscore.
 */
function backupOf({ id, object: { namespace = '' } }: ReplaceObjectStep): string {
  return `backup/replaced/${namespace}_${id.replaceAll('/', '_')}.json`;
}
