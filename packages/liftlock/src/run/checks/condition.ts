import { holdsFor } from '../../facts/condition.ts';
import { durationSeconds } from '../../model/duration.ts';
import type { Json } from '../../model/json.ts';
import type { KubeObject } from '../../model/kube.ts';
import { queryObjects } from '../../snapshot/query-objects.ts';
import { pause } from '../pause.ts';
import type { Look } from './check-result.ts';

/** A condition over live objects. What comes after an upgrade may take a while: it is looked at until its time is over. */
export const condition: Look<'condition'> = async (check, step, world) => {
  const { objects: query, until } = check;
  const target = step.settings['target'];
  const version = typeof target === 'string' ? target : '';
  const waitMs = durationSeconds(check.within) * 1000 * world.site.timeScale;
  const begun = world.clock.now().getTime();
  for (;;) {
    const found = await queryObjects(world.reader, query, world.plan.site.namespace);
    const objects = (found ?? []) as unknown as readonly Json[];
    const details = { objects: objects.length };
    if (found !== undefined && holdsFor(until, { objects, object: objects[0] ?? {}, version }))
      return { verdict: 'passed', note: `${seen(query.kind, found)}: as it should be`, details };
    const waited = world.clock.now().getTime() - begun;
    if (waited >= waitMs) {
      const note = `${seen(query.kind, found)}: not so after ${Math.round(waited / 1000)} s: ${until}`;
      return { verdict: 'failed', note, advice: ['liftlock diagnose'], details };
    }
    await pause(world, check.title);
  }
};

function seen(kind: string, objects: readonly KubeObject[] | undefined): string {
  if (objects === undefined) return `the cluster does not serve ${kind}`;
  if (objects.length === 0) return `there is no ${kind}`;
  return `${kind} ${objects
    .map(({ metadata }) => metadata.name)
    .slice(0, 5)
    .join(', ')}${objects.length > 5 ? ' …' : ''}`;
}
