import { textAt } from '../../findings/faults/read.ts';
import { Problem } from '../../model/problem.ts';
import type { RetainVolumesStep } from '../../model/step.ts';
import type { Handler, World } from '../world.ts';

/** Sets the reclaim policy of volumes to Retain; `compare-kept` puts the former back where that cannot delete (O5). */
export const retainVolumes: Handler<'retain-volumes'> = {
  async observe(step, world) {
    const open = await notRetained(step, world);
    if (open.length === 0) return { observation: 'done', note: 'every volume is on Retain' };
    return { observation: 'todo', note: `not on Retain: ${open.join(', ')}` };
  },

  async act(step, world) {
    for (const volume of await notRetained(step, world))
      await world.writer.patch(volumePath(volume), { spec: { persistentVolumeReclaimPolicy: 'Retain' } });
    return { touched: 'no', writes: 0 };
  },

  async confirm(step, world) {
    await proveRetained(step, world);
    const former = step.claims.map(({ volume, policy }) => `${volume} (was ${policy ?? 'unknown'})`);
    return { note: `on Retain: ${former.join(', ')}` };
  },
};

/** Throws VOLUME_NOT_RETAINED where the volume of a claim is not safe: then nothing may be uninstalled. */
export async function proveRetained(step: Pick<RetainVolumesStep, 'claims'>, world: World): Promise<void> {
  const open = await notRetained(step, world);
  if (open.length === 0) return;
  throw new Problem(
    'VOLUME_NOT_RETAINED',
    `The reclaim policy is not Retain: ${open.join(', ')}. Nothing is uninstalled.`,
    {
      advice: ['Find out what sets it back, then: liftlock resume'],
    },
  );
}

async function notRetained({ claims }: Pick<RetainVolumesStep, 'claims'>, world: World): Promise<readonly string[]> {
  const open: string[] = [];
  for (const { volume } of claims.filter((claim) => claim.volume !== '')) {
    const live = await world.reader.find(volumePath(volume));
    if (live === undefined) {
      throw new Problem('VOLUME_GONE', `PersistentVolume ${volume} does not exist any more. Nothing is uninstalled.`, {
        advice: ['Find out what has deleted it before anything else is done.'],
      });
    }
    if (textAt(live.spec, 'persistentVolumeReclaimPolicy') !== 'Retain') open.push(volume);
  }
  return open;
}

/** The API server's path of a volume. */
export function volumePath(volume: string): string {
  return `/api/v1/persistentvolumes/${volume}`;
}
