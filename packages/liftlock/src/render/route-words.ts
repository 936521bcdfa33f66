import type { Plan } from '../model/plan.ts';

/** `2.2.4 → 2.2.5`; for a plan that crosses no version, what it does instead. */
export function routeWords(plan: Pick<Plan, 'purpose' | 'route'>): string {
  if (plan.purpose === 'rotation') return 'registry key';
  if (plan.purpose === 'restore') return 'restore';
  return plan.route.map(({ from, to }) => `${from} → ${to}`).join(', ');
}
