import type { Check } from '../../model/platform.ts';
import { Problem } from '../../model/problem.ts';
import type { CheckStep } from '../../model/step.ts';
import { checks } from '../checks/registry.ts';
import type { CheckResult } from '../checks/check-result.ts';
import type { Handler, World } from '../world.ts';

/** Looks at the result. It changes nothing lasting: what a functional test creates it deletes again. */
export const check: Handler<'check'> = {
  observe: async () => ({ observation: 'done', note: '' }),
  act: async () => ({ touched: 'no', writes: 0 }),
  async confirm(step, world) {
    const result = await lookAt(step, world);
    if (result.verdict === 'failed')
      throw new Problem('CHECK_FAILED', `${step.title}: ${result.note}`, { advice: result.advice });
    const note = result.verdict === 'pending' ? `not verified: ${result.note}` : result.note;
    return { note, details: { verdict: result.verdict, ...result.details } };
  },
};

function definitionOf(step: CheckStep, world: World): Check {
  const found = world.platform.checks.find((item) => item.id === step.check);
  if (found === undefined) throw new Problem('CHECK_UNKNOWN', `The platform has no check "${step.check}".`);
  return found;
}

/** One look, whatever its kind. */
export async function lookAt(step: CheckStep, world: World): Promise<CheckResult> {
  const definition = definitionOf(step, world);
  // The registry's type has one entry a kind, each taking its own kind of check.
  const look = checks[definition.kind] as (check: Check, step: CheckStep, world: World) => Promise<CheckResult>;
  return look(definition, step, world);
}
