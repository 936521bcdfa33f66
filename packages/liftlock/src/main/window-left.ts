import type { PreflightEvidence } from '../findings/evidence.ts';
import { windowFindings } from '../findings/rules/window.ts';
import type { Decision, Finding } from '../model/finding.ts';
import { finalTarget } from '../model/hops.ts';
import type { Plan } from '../model/plan.ts';
import { settle } from './decisions.ts';

/**
 * The maintenance window judged anew for what a run has left to upgrade (O24). That there is one, or that one was
 * affirmed, was judged before the run began.
 * @param decisions those of this call: what was allowed for another hour does not count now
 */
export function windowLeft(
  evidence: Pick<PreflightEvidence, 'platform' | 'site' | 'snapshot' | 'now'>,
  left: Plan,
  decisions: readonly Decision[],
): readonly Finding[] {
  if (evidence.site.window === undefined) return [];
  const selected = left.steps.flatMap((step) => (step.kind === 'helm-upgrade' ? [step.component] : []));
  const secondsOf = (names: readonly string[]) =>
    left.components
      .filter((component) => names.includes(component.name))
      .reduce((sum, component) => sum + component.worstSeconds, 0);
  const later = (left.ahead ?? []).map(({ steps }) =>
    secondsOf(steps.flatMap((step) => (step.kind === 'helm-upgrade' ? [step.component] : []))),
  );
  const worstSeconds = later.reduce((sum, seconds) => sum + seconds, secondsOf(selected));
  const target = finalTarget(left);
  return settle(windowFindings({ ...evidence, target, decisions, selected, worstSeconds }), decisions);
}
