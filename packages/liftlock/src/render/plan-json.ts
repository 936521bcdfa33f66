import type { Plan } from '../model/plan.ts';

/**
 * A plan for machines: one object, the whole plan as it is saved, so that `apply plan.json` reads back what
 * `plan -o json` wrote. Masked by the caller.
 */
export function renderPlanJson(plan: Plan): string {
  // The keys that the reference promises come first, for those who read it with their eyes.
  const {
    apiVersion,
    kind,
    purpose,
    platform,
    route,
    hop,
    ahead,
    steps,
    decisions,
    forecast,
    digest,
    components,
    ...rest
  } = plan;
  const ordered = {
    apiVersion,
    kind,
    purpose,
    platform,
    route,
    hop,
    components,
    steps,
    ahead,
    decisions,
    forecast,
    ...rest,
    digest,
  };
  return `${JSON.stringify(ordered, undefined, 2)}\n`;
}
