import { formatRef } from '../model/kube.ts';
import type { HealthItem } from '../model/snapshot.ts';

/** How the health of one thing compares with the baseline. Only `new` fails a run (O14). */
export interface HealthVerdict {
  readonly item: HealthItem;
  readonly verdict: 'new' | 'as before' | 'mended';
}

/**
 * What is unhealthy now and was not before, what still is, and what is no longer. A pod that was replaced under another
 * name is compared by the object that owns it: a crashing pod of an untouched ReplicaSet stays `as before`, a pod of a
 * new revision does not.
 */
export function compareHealth(before: readonly HealthItem[], after: readonly HealthItem[]): readonly HealthVerdict[] {
  const wasUnhealthy = before.filter(isUnhealthy);
  const known = new Set(wasUnhealthy.flatMap(identities));
  const now = after.filter(isUnhealthy);
  const still = new Set(now.flatMap(identities));
  return [
    ...now.map((item): HealthVerdict => ({
      item,
      verdict: identities(item).some((id) => known.has(id)) ? 'as before' : 'new',
    })),
    ...wasUnhealthy
      .filter((item) => !identities(item).some((id) => still.has(id)))
      .map((item): HealthVerdict => ({ item, verdict: 'mended' })),
  ];
}

function isUnhealthy(item: HealthItem): boolean {
  return item.state === 'unhealthy';
}

function identities(item: HealthItem): readonly string[] {
  const owner =
    item.owner === undefined || item.owner.kind !== 'ReplicaSet' ? [] : [`pods of ${formatRef(item.owner)}`];
  return [formatRef(item.object), ...owner];
}
