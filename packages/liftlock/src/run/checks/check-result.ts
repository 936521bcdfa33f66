import type { JsonObject } from '../../model/json.ts';
import type { Check } from '../../model/platform.ts';
import { finalTarget } from '../../model/hops.ts';
import type { CheckStep } from '../../model/step.ts';
import type { World } from '../world.ts';

export interface CheckResult {
  /** `pending`: nothing here can look; a person must say so. */
  readonly verdict: 'passed' | 'failed' | 'pending';
  readonly note: string;
  readonly advice?: readonly string[] | undefined;
  readonly details?: JsonObject | undefined;
}

export type Look<K extends Check['kind']> = (
  check: Extract<Check, { readonly kind: K }>,
  step: CheckStep,
  world: World,
) => Promise<CheckResult>;

/** What someone affirmed, or undefined. What was affirmed of another version does not count. */
export function affirmed(check: { readonly id: string }, world: Pick<World, 'site' | 'plan'>): CheckResult | undefined {
  const affirmation = world.site.affirmations[check.id];
  const isMeant = affirmation?.version === undefined || affirmation.version === finalTarget(world.plan);
  const by = world.site.checks[check.id]?.affirmedBy ?? (isMeant ? affirmation?.by : undefined);
  return by === undefined ? undefined : { verdict: 'passed', note: `affirmed by ${by}`, details: { affirmedBy: by } };
}
