import { formatRef, refOf, type KubeObject } from '../model/kube.ts';
import { Problem } from '../model/problem.ts';
import { findLive } from './aside.ts';
import type { World } from './world.ts';

/** An object that must go; another of the same name is none of it. */
export type GoingObject = Pick<KubeObject, 'apiVersion' | 'kind' | 'metadata'>;

export interface AwaitGoneParts {
  readonly step: string;
  readonly objects: readonly GoingObject[];
  readonly timeoutSeconds: number;
}

const pauseMs = 500;

/**
 * Waits until every object is gone, finalizers included, and says which one it waits for. Throws STILL_DELETING at its
 * timeout: nothing has failed, a later look goes on.
 */
export async function awaitGone({ step, objects, timeoutSeconds }: AwaitGoneParts, world: World): Promise<void> {
  const until = world.clock.now().getTime() + timeoutSeconds * 1000;
  let told = '';
  for (;;) {
    const left = await leftOf(objects, world);
    if (left.length === 0) return;
    const words = left.map(wordsOf);
    const text = `waiting until it is gone: ${words.slice(0, 5).join(', ')}${words.length > 5 ? ` and ${words.length - 5} more` : ''}`;
    if (text !== told) world.emit({ type: 'note', step, text });
    told = text;
    if (world.clock.now().getTime() >= until || world.stop.signal.aborted) throw stillThere(left, words);
    await world.clock.sleep(pauseMs, world.stop.signal);
  }
}

/** Those of the objects that are still there. */
export async function leftOf(objects: readonly GoingObject[], world: World): Promise<readonly KubeObject[]> {
  const found = await Promise.all(
    objects.map(async (object) => {
      const live = await findLive(world, refOf(object));
      return live !== undefined && live.metadata.uid === object.metadata.uid ? [live] : [];
    }),
  );
  return found.flat();
}

function wordsOf(object: KubeObject): string {
  const finalizers = object.metadata.finalizers ?? [];
  const by = finalizers.length === 0 ? '' : ` (finalizers: ${finalizers.join(', ')})`;
  return `${formatRef(refOf(object))}${by}`;
}

function stillThere(left: readonly KubeObject[], words: readonly string[]): Problem {
  const commands = left
    .slice(0, 3)
    .map(
      ({ kind, metadata }) =>
        `kubectl get ${kind.toLowerCase()} ${metadata.name}${metadata.namespace === undefined ? '' : ` --namespace ${metadata.namespace}`} -o yaml`,
    );
  return new Problem('STILL_DELETING', `Not gone yet: ${words.join(', ')}.`, {
    touched: 'yes',
    advice: [
      'Whoever set a finalizer takes it away when it has tidied up. See who, and whether that controller runs:',
      ...commands,
      'When it is gone: liftlock resume',
    ],
  });
}
