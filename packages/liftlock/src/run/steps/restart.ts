import { rolloutOf } from '../../findings/faults/rollout.ts';
import { jsonAt } from '../../model/json.ts';
import { formatRef, type KubeObject } from '../../model/kube.ts';
import { Problem } from '../../model/problem.ts';
import type { RestartStep } from '../../model/step.ts';
import { objectPath } from '../../snapshot/object-path.ts';
import type { StepState } from '../../journal/fold.ts';
import { componentMigration } from '../component-migration.ts';
import { pause } from '../pause.ts';
import type { Handler, World } from '../world.ts';

/** What `kubectl rollout restart` sets. Source: kubectl pkg/polymorphichelpers/objectrestarter.go. */
const annotation = 'kubectl.kubernetes.io/restartedAt';

/** Replaces the pods of a workload. It is done where they were restarted since this run first looked. */
export const restart: Handler<'restart'> = {
  async observe(step, world, state) {
    const { live } = await lookAt(step, world);
    if (isRestarted(live, state)) return { observation: 'done', note: `it was restarted at ${restartedAt(live)}` };
    const migration = await componentMigration(step.component, world);
    if (migration !== undefined) return { observation: 'busy', note: migration };
    return { observation: 'todo', note: 'its pods are those from before' };
  },

  async act(step, world, state) {
    const { live, path } = await lookAt(step, world);
    if (isRestarted(live, state)) return { touched: 'no', writes: 0 };
    const annotations = { [annotation]: world.clock.now().toISOString() };
    await world.writer.patch(path, { spec: { template: { metadata: { annotations } } } });
    return { touched: 'no', writes: 0 };
  },

  async confirm(step, world) {
    const until = world.clock.now().getTime() + step.timeoutSeconds * 1000;
    for (;;) {
      const { live } = await lookAt(step, world);
      const { message, isHealthy, ready } = rolloutOf(live, []);
      if (isHealthy) return { note: `${formatRef(step.object)} runs with ${ready} new pods` };
      if (world.clock.now().getTime() > until)
        throw new Problem(
          'RESTART_NOT_READY',
          `${formatRef(step.object)} is not ready ${step.timeoutSeconds} s after its restart: ${message}.`,
          { touched: 'yes', advice: ['Look at its pods and events. When it is ready: liftlock resume'] },
        );
      await pause(world, step.title);
    }
  },
};

async function lookAt(step: RestartStep, world: World) {
  const path = await objectPath(world.reader, step.object);
  return { path, live: await world.reader.get(path) };
}

function restartedAt(live: KubeObject): string {
  const at = jsonAt(live.spec, ['template', 'metadata', 'annotations', annotation]);
  return typeof at === 'string' ? at : '';
}

/** kubectl writes whole seconds. */
function isRestarted(live: KubeObject, { firstSeenAt }: StepState): boolean {
  const at = Date.parse(restartedAt(live));
  return firstSeenAt !== undefined && at >= Math.floor(Date.parse(firstSeenAt) / 1000) * 1000;
}
