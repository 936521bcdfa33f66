import type { StepState } from '../journal/fold.ts';
import type { Decision, Finding } from '../model/finding.ts';
import type { Plan } from '../model/plan.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { isUndo, type Step } from '../model/step.ts';
import { sealPlan } from './make-plan.ts';
import { upgradeSteps } from './upgrade-steps.ts';

/**
 * The plan of a run with what was decided since it began: the steps of the remedies come before the upgrade that they make
 * possible. Every other step stays as it is, so that what is settled stays settled.
 * @param findings what was found since: the decisions name remedies of these
 */
export function decideAgain(
  plan: Plan,
  steps: readonly StepState[],
  snapshot: Snapshot,
  decisions: readonly Decision[],
  findings: readonly Finding[],
): Plan {
  const known = new Set(plan.decisions.map((decision) => decision.remedy));
  const added = decisions.filter((decision) => !known.has(decision.remedy));
  if (added.length === 0) return plan;
  const settled = new Set(steps.filter((state) => state.phase === 'settled').map((state) => state.step.id));
  const taken = new Set(plan.steps.map((step) => step.id));
  const all = plan.steps.flatMap((step): readonly Step[] => {
    if (step.kind !== 'helm-upgrade' || settled.has(step.id)) return [step];
    // A second upgrade at the same version: what the first one needs is done before that, once.
    if (step.follows !== undefined && !settled.has(step.follows)) return [step];
    const read = snapshot.components.find((component) => component.name === step.component);
    const rollsBack = plan.steps.some((item) => isUndo(item) && item.undoes === step.id);
    const own = upgradeSteps(step, read, { decisions: added, findings, rollsBack });
    return own.map((item) => (item.id === step.id ? item : withFreeId(item, taken)));
  });
  // After an uninstall there is no former revision to go back to.
  const reinstalled = new Set(
    all.flatMap((step) => (step.kind === 'helm-upgrade' && step.reinstalls === true ? [step.id] : [])),
  );
  const left = all.filter((step) => !isUndo(step) || !reinstalled.has(step.undoes));
  const { digest: _digest, forecast, inputs, ...content } = plan;
  return { ...sealPlan({ ...content, steps: left, decisions: [...plan.decisions, ...added] }), forecast, inputs };
}

/** A second remedy of the same object is a step of its own: the first may be settled. */
function withFreeId(step: Step, taken: ReadonlySet<string>): Step {
  if (!taken.has(step.id)) return step;
  let number = 2;
  while (taken.has(`${step.id}/${number}`)) number += 1;
  return { ...step, id: `${step.id}/${number}` };
}
