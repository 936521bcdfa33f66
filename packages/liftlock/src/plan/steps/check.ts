import type { Check } from '../../model/platform.ts';
import type { CheckStep } from '../../model/step.ts';

export interface CheckScope {
  /** The components that the plan upgrades. */
  readonly components: readonly string[];
  /** True when that is all of them. */
  readonly isWhole: boolean;
  readonly target: string;
}

/** One look at the result: a success criterion or a functional test of the guide. */
export function checkStep(check: Check, { components, isWhole, target }: CheckScope): CheckStep {
  return {
    kind: 'check',
    id: `check/${check.id}`,
    // The definition's title speaks of the whole platform.
    title: isWhole ? check.title : `${check.title} (only ${components.join(', ')})`,
    check: check.id,
    settings: { kind: check.kind, components: [...components], target },
    risk: 'none',
  };
}
