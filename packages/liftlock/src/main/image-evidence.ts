import type { LookParts } from '../forecast/foreseen-release.ts';
import type { Plan } from '../model/plan.ts';
import type { ImageStatus } from '../model/ports.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { OpenSite } from './open-site.ts';

/** What registries have answered, for the rounds of one planning: they look at the same snapshot. */
const answered = new WeakMap<Snapshot, Map<string, Promise<ImageStatus>>>();

/** Asks registries for images as the site wants it; undefined where it wants none asked. */
export function imageEvidence(site: OpenSite, plan: Plan, snapshot: Snapshot): LookParts['images'] {
  if (site.site.proveImages === 'off') return undefined;
  const known = answered.get(snapshot) ?? new Map<string, Promise<ImageStatus>>();
  answered.set(snapshot, known);
  return {
    areProvenInCluster: plan.steps.some((step) => step.kind === 'prove-images'),
    statusOf: (image, question) => {
      const status = known.get(image) ?? site.registry.imageStatus(image, question);
      known.set(image, status);
      return status;
    },
  };
}
