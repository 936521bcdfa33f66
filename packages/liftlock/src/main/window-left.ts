import type { PreflightEvidence } from '../findings/evidence.ts';
import { windowFindings } from '../findings/rules/window.ts';
import type { Decision, Finding } from '../model/finding.ts';
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
  const worstSeconds = left.components
    .filter((component) => selected.includes(component.name))
    .reduce((sum, component) => sum + component.worstSeconds, 0);
  const target = left.route[0]?.to ?? '';
  return settle(windowFindings({ ...evidence, target, decisions, selected, worstSeconds }), decisions);
}
