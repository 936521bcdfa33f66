import { readRefusal } from '../findings/foreseen/classify-refusal.ts';
import { describeRefusal } from '../findings/foreseen/describe-refusal.ts';
import type { Refusal } from '../findings/foreseen/refusal.ts';
import { lossOf } from '../findings/foreseen/recreation.ts';
import { shellWord } from '../findings/make-finding.ts';
import type { HelmRollbackStep, HelmUpgradeStep } from '../model/step.ts';
import { adoptRemedy, dropRemedy, recreateRemedy, rewriteRemedy } from '../plan/remedy-steps.ts';

/** A helm that was refused in earnest: the same codes and remedies as a forecast has. */
export interface HelmRefusal {
  readonly code: string;
  readonly message: string;
  readonly advice: readonly string[];
}

/**
 * What helm's words mean, where the class of its first refusal is certain; undefined otherwise.
 * @param words all that helm said, redacted
 */
export function refusalOf(step: HelmUpgradeStep | HelmRollbackStep, words: string): HelmRefusal | undefined {
  const readings = readRefusal({ words, isRollback: step.kind === 'helm-rollback' });
  const [first, ...others] = readings;
  if (first?.refusal === undefined) return undefined;
  const { code } = first.refusal;
  const more = others.length === 0 ? '' : ` helm was refused ${others.length} more: see its words.`;
  return {
    code,
    message: `${describeRefusal(first.refusal, step.release).message}${more}`,
    advice: step.kind === 'helm-upgrade' ? readings.flatMap(({ refusal }) => adviceOf(refusal, step)) : [],
  };
}

/** By remedies alone that `liftlock resume` offers again, after it has asked the cluster whether they are safe. */
function adviceOf(refusal: Refusal | undefined, step: HelmUpgradeStep): readonly string[] {
  return remedyIds(refusal, step).map((id) => `To go on with a remedy: liftlock resume --allow ${shellWord(id)}`);
}

function remedyIds(refusal: Refusal | undefined, step: HelmUpgradeStep): readonly string[] {
  if (refusal === undefined) return [];
  if (refusal.code === 'REMOVED_API_IN_RECORD') return [rewriteRemedy(step.component)];
  const { kind, name, namespace, apiVersion = '' } = refusal.object ?? {};
  if (kind === undefined || name === undefined) return [];
  const object = { apiVersion, kind, name, namespace };
  if (refusal.code === 'FOREIGN_OWNERSHIP')
    return refusal.owner.release === undefined ? [adoptRemedy(object, step.namespace)] : [];
  if (refusal.code !== 'IMMUTABLE_FIELD') return [];
  const drop = step.force === true ? [dropRemedy(step.component, '--force')] : [];
  return [...drop, ...(lossOf(object) === undefined ? [] : [recreateRemedy(object, step.namespace)])];
}
