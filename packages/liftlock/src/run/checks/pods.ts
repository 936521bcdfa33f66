import { formatRef } from '../../model/kube.ts';
import { readHealth } from '../health.ts';
import { compareHealth } from '../../findings/compare-health.ts';
import { readReleases } from '../../release/record.ts';
import type { HealthItem } from '../../model/snapshot.ts';
import type { World } from '../world.ts';
import type { Look } from './check-result.ts';
import { listRecords } from '../../snapshot/read-release.ts';

/**
 * The guide's success criterion: all pods run, none crashes. Judged by phase and by the containers' reasons, against the
 * baseline: only what is new fails (O14). Pods of finished jobs are left out, and said to be.
 */
export const pods: Look<'pods'> = async (_check, _step, world) => {
  const health = await healthOf(world);
  const found = health.filter((item) => item.object.kind === 'Pod');
  const verdicts = compareHealth(world.baseline, health);
  const fresh = verdicts.filter((verdict) => verdict.verdict === 'new').map((verdict) => verdict.item);
  const asBefore = verdicts.filter((verdict) => verdict.verdict === 'as before').map((verdict) => verdict.item);
  const done = found.filter((item) => item.state === 'done').length;
  const details = { pods: found.length, completed: done, new: fresh.length, asBefore: asBefore.length };
  const list = (items: typeof fresh) => items.map((item) => `${formatRef(item.object)}: ${item.reason}`).join('; ');
  if (fresh.length > 0) return { verdict: 'failed', note: list(fresh), advice: ['liftlock diagnose'], details };
  const notes = [`${found.length - done} pods, all healthy`];
  if (done > 0) notes.push(`${done} of finished jobs left out`);
  if (asBefore.length > 0)
    notes[0] = `${found.length - done} pods, none worse than before; as before: ${list(asBefore)}`;
  return { verdict: 'passed', note: notes.join('; '), details };
};

/** Of every namespace that holds a component of the plan; what lies in none is told once. */
async function healthOf({ reader, plan }: World): Promise<readonly HealthItem[]> {
  const namespaces = new Set([plan.site.namespace, ...plan.components.map(({ namespace }) => namespace)]);
  const items = await Promise.all(
    [...namespaces].map(async (namespace) => {
      const releases = readReleases(await listRecords(reader, namespace));
      return readHealth(reader, namespace, releases);
    }),
  );
  return [...new Map(items.flat().map((item) => [formatRef(item.object), item])).values()];
}
