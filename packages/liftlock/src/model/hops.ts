import type { Plan } from './plan.ts';
import type { Hop } from './route.ts';

type Routed = Pick<Plan, 'route'> & Partial<Pick<Plan, 'hop'>>;

/** The hop that a plan's steps are about; undefined for a plan that crosses no version. */
export function hopOf({ route, hop = 0 }: Routed): Hop | undefined {
  return route[hop];
}

/** The version that the steps of a plan lead to; empty for a plan that crosses none. */
export function hopTarget(plan: Routed): string {
  return hopOf(plan)?.to ?? '';
}

/** The version at the end of the whole route: what a person has asked for. Empty for a plan that crosses none. */
export function finalTarget({ route }: Pick<Plan, 'route'>): string {
  return route.at(-1)?.to ?? '';
}

/** True where a hop follows the one that the plan is about. */
export function hasNextHop({ route, hop = 0 }: Routed): boolean {
  return hop + 1 < route.length;
}

/** `hop 2 of 3`; empty where there is but one. */
export function hopWords({ route, hop = 0 }: Routed): string {
  return route.length > 1 ? `hop ${hop + 1} of ${route.length}` : '';
}

/** The plan that a file holds; undefined where it holds anything else: files pass through many hands. */
export function planIn(text: string): Plan | undefined {
  try {
    const plan = JSON.parse(text) as Plan;
    const isWhole =
      plan.kind === 'Plan' &&
      plan.digest.startsWith('sha256:') &&
      [plan.steps, plan.components, plan.forecast.findings, plan.forecast.unforeseen].every(Array.isArray);
    return isWhole ? readPlan(plan) : undefined;
  } catch {
    return undefined;
  }
}

/** A plan of any version of this program: the first ones knew one hop alone. */
export function readPlan(plan: Plan): Plan {
  const older: Partial<Plan> = plan;
  return { ...plan, route: older.route ?? [], hop: older.hop ?? 0, ahead: older.ahead ?? [] };
}
