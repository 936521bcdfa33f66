import { counted } from '../../model/counted.ts';
import { Problem } from '../../model/problem.ts';
import { readRelease } from '../../snapshot/read-release.ts';
import { hopTarget } from '../../model/hops.ts';
import type { Look } from './check-result.ts';

/** Every release of the run is `deployed` at the target version. */
export const releases: Look<'releases'> = async (_check, step, world) => {
  const target = step.settings['target'];
  const names = step.settings['components'] as readonly string[];
  const wrong: string[] = [];
  for (const name of names) {
    const plan = world.plan.components.find((component) => component.name === name);
    if (plan === undefined) throw new Problem('CHECK_UNKNOWN', `The plan has no component "${name}".`);
    const release = await readRelease(world.reader, plan.namespace, plan.release);
    const { newest } = release ?? {};
    if (newest?.status !== 'deployed' || newest.version !== target) {
      wrong.push(`${plan.release} is ${newest === undefined ? 'absent' : `${newest.status} at ${newest.version}`}`);
    }
  }
  if (wrong.length > 0) return { verdict: 'failed', note: wrong.join('; '), advice: ['liftlock resume'] };
  return {
    verdict: 'passed',
    note: `${counted(names.length, 'release')} deployed at ${hopTarget(world.plan)}`,
  };
};
