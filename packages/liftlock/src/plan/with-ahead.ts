import type { HopAhead, Plan } from '../model/plan.ts';
import { sealPlan } from './make-plan.ts';

/** A plan with the hops that come after its own, and the digest that covers them: what is foreseen of them is left out. */
export function withAhead(plan: Plan, ahead: readonly HopAhead[]): Plan {
  const { digest: _digest, forecast, inputs, ...content } = plan;
  return { ...sealPlan({ ...content, ahead }), forecast, ...(inputs === undefined ? {} : { inputs }) };
}
