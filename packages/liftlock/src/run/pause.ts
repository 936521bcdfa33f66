import { Problem } from '../model/problem.ts';
import { stoppedCode } from '../model/stopped.ts';
import type { World } from './world.ts';

/** Milliseconds between two looks at what a step waits for. */
const pauseMs = 500;

/**
 * Waits a moment between two looks.
 * @throws STOPPED where a person asks the run to stop: whatever is waited for goes on without us
 */
export async function pause(world: Pick<World, 'clock' | 'stop'>, what: string): Promise<void> {
  if (world.stop.level === 'none') await world.clock.sleep(pauseMs, world.stop.signal);
  if (world.stop.level !== 'none')
    throw new Problem(stoppedCode, `The run was stopped on request while it waited for ${what}.`, {
      advice: ['To go on waiting: liftlock resume'],
    });
}
