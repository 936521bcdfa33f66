import { hopOf, hopWords } from '../model/hops.ts';
import type { Plan } from '../model/plan.ts';

type Routed = Pick<Plan, 'purpose' | 'route'> & Partial<Pick<Plan, 'hop'>>;

/** `2.2.4 → 2.2.5`, with every version in between; for a plan that crosses no version, what it does instead. */
export function routeWords(plan: Routed, arrow = '→'): string {
  if (plan.purpose === 'rotation') return 'registry key';
  if (plan.purpose === 'restore') return 'restore';
  const [first] = plan.route;
  return first === undefined ? '' : [first.from, ...plan.route.map(({ to }) => to)].join(` ${arrow} `);
}

/** The route, and which hop of it the steps are about: `2.9.0 → 2.13.0 → 2.19.0, hop 1 of 2`. */
export function routeAndHop(plan: Routed): string {
  return [routeWords(plan), hopWords(plan)].filter((part) => part !== '').join(', ');
}

/** `hop 1 of 2, 2.9.0 → 2.13.0`; the route alone where there is but one hop. */
export function hopTitle(plan: Routed): string {
  const hop = hopOf(plan);
  if (hop === undefined || plan.route.length < 2) return routeWords(plan);
  return `${hopWords(plan)}, ${hop.from} → ${hop.to}`;
}
