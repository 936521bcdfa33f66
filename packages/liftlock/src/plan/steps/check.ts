import type { Check } from '../../model/platform.ts';
import type { CheckStep } from '../../model/step.ts';

/** One look at the result: a success criterion or a functional test of the guide. */
export function checkStep(check: Check, components: readonly string[], target: string): CheckStep {
  return {
    kind: 'check',
    id: `check/${check.id}`,
    title: check.title,
    check: check.id,
    settings: { kind: check.kind, components: [...components], target },
    risk: 'none',
  };
}
