import type { Plan } from '../model/plan.ts';
import type { Step } from '../model/step.ts';

/**
 * A plan of several hops as one plan each, the later ones as they look now: for those who type them all. Ids of later steps
 * begin with their hop, so that none occurs twice.
 */
export function hopPlans(plan: Plan): readonly Plan[] {
  const later = plan.ahead.map((ahead, index): Plan => {
    const hop = plan.hop + 1 + index;
    return {
      ...plan,
      hop,
      ahead: plan.ahead.slice(index + 1),
      steps: ahead.steps.map((step) => ofHop(step, hop)),
      components: plan.components.map((component) => ({ ...component, target: ahead.hop.to })),
    };
  });
  return [plan, ...later];
}

/** All hops as one list of steps. */
export function typedPlan(plan: Plan): Plan {
  return { ...plan, ahead: [], steps: hopPlans(plan).flatMap((one) => one.steps) };
}

function ofHop(step: Step, hop: number): Step {
  const name = (id: string) => `hop-${hop + 1}/${id}`;
  const undoes = 'undoes' in step && step.undoes !== undefined ? { undoes: name(step.undoes) } : {};
  return { ...step, id: name(step.id), ...undoes };
}
