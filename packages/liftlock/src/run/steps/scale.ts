import { numberAt } from '../../findings/faults/read.ts';
import { formatRef, type KubeObject } from '../../model/kube.ts';
import { Problem } from '../../model/problem.ts';
import type { ScaleStep } from '../../model/step.ts';
import { objectPath } from '../../snapshot/object-path.ts';
import { componentMigration } from '../component-migration.ts';
import { completeFormer, forgetFormer, keepingFormer, readFormer } from '../former.ts';
import { pause } from '../pause.ts';
import type { Handler, World } from '../world.ts';

/**
 * Sets the number of replicas, and waits until there are as many. The step that undoes it puts the former number back, unless
 * something else, as the upgrade, has given another one since.
 */
export const scale: Handler<'scale'> = {
  async observe(step, world) {
    const { live } = await lookAt(step, world);
    if (live === undefined) return { observation: 'done', note: `${formatRef(step.object)} does not exist` };
    const wanted = await wantedOf(step, live, world);
    if (wanted === undefined) return { observation: 'done', note: 'there is nothing of ours to put back' };
    const now = replicasOf(live);
    if (now === wanted) return { observation: 'done', note: `it has ${wanted} already` };
    const migration = await componentMigration(step.component, world);
    if (migration !== undefined) return { observation: 'busy', note: migration };
    return { observation: 'todo', note: `it has ${now}, and is to have ${wanted}` };
  },

  async act(step, world) {
    const { live, path } = await lookAt(step, world);
    const wanted = live === undefined ? undefined : await wantedOf(step, live, world);
    if (live === undefined || wanted === undefined || replicasOf(live) === wanted) return { touched: 'no', writes: 0 };
    await keepingFormer(step.id, live, world, () => world.writer.patch(path, { spec: { replicas: wanted } }));
    return { touched: 'no', writes: 0 };
  },

  async confirm(step, world) {
    const until = world.clock.now().getTime() + waitSeconds(world) * 1000;
    for (;;) {
      const { live } = await lookAt(step, world);
      if (live === undefined) return { note: `${formatRef(step.object)} does not exist` };
      const wanted = (await wantedOf(step, live, world)) ?? replicasOf(live);
      if (isReached(live, wanted)) {
        if (step.undoes === undefined) await completeFormer(step.id, live, world);
        else await forgetFormer(step.undoes, world);
        return { note: `${formatRef(step.object)} has ${wanted}` };
      }
      if (world.clock.now().getTime() > until) throw notReached(live, wanted, world);
      await pause(world, step.title);
    }
  },
};

/** Seconds until as many pods are there, or gone: terminating ones have their grace period. */
function waitSeconds(world: World): number {
  return Math.max(5, 600 * world.site.timeScale);
}

async function lookAt(step: ScaleStep, world: World) {
  const path = await objectPath(world.reader, step.object);
  return { path, live: await world.reader.find(path) };
}

/** Undefined where there is nothing to do: the step that this one undoes has changed nothing, or is overtaken. */
async function wantedOf(step: ScaleStep, live: KubeObject, world: World): Promise<number | undefined> {
  if (step.replicas !== 'former') return step.replicas;
  const former = await readFormer(step.undoes ?? '', world);
  if (former === undefined || former.before.metadata.uid !== live.metadata.uid) return undefined;
  const [before, now] = [replicasOf(former.before), replicasOf(live)];
  const isOurs = former.after === undefined || replicasOf(former.after) === now || before === now;
  return isOurs ? before : undefined;
}

/** One is the default of the kinds that have replicas. */
function replicasOf(object: KubeObject): number {
  return numberAt(object.spec, ['replicas'], 1);
}

/** As the object's controller tells; a kind that counts no pods is taken at its word. */
function isReached({ kind, spec, status, metadata }: KubeObject, wanted: number): boolean {
  if (numberAt(spec, ['replicas'], 1) !== wanted) return false;
  if (!['Deployment', 'StatefulSet', 'ReplicaSet'].includes(kind) && status?.['replicas'] === undefined) return true;
  if (numberAt(status, ['observedGeneration']) < (metadata.generation ?? 0)) return false;
  return numberAt(status, ['replicas']) === wanted && numberAt(status, ['readyReplicas']) === wanted;
}

function notReached(live: KubeObject, wanted: number, world: World): Problem {
  const total = numberAt(live.status, ['replicas']);
  const ready = numberAt(live.status, ['readyReplicas']);
  const ref = formatRef({ ...live, ...live.metadata });
  return new Problem(
    'SCALE_NOT_REACHED',
    `${ref} has ${total} pods, ${ready} of them ready, and is to have ${wanted}: not so within ${waitSeconds(world)} s.`,
    { touched: 'yes', advice: ['Look at its pods and events. When it is so: liftlock resume'] },
  );
}
