import { readRefusal } from '../findings/foreseen/classify-refusal.ts';
import { describeRefusal } from '../findings/foreseen/describe-refusal.ts';
import type { RefusedObject } from '../findings/foreseen/refusal.ts';
import type { Remedy } from '../model/finding.ts';
import type { HelmRollbackStep, HelmUpgradeStep } from '../model/step.ts';
import { refusalRemedies, refusedField, refusedObject } from './refusal-remedies.ts';

/** A helm that was refused in earnest: the same codes and remedies as a forecast has. */
export interface HelmRefusal {
  readonly code: string;
  readonly message: string;
  readonly object?: RefusedObject | undefined;
  readonly field?: string | undefined;
  /** Of everything that helm was refused, the least destructive first for each. */
  readonly remedies: readonly Remedy[];
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
  const { refusal } = first;
  const more = others.length === 0 ? '' : ` helm was refused ${others.length} more: see its words.`;
  const remedies = readings.flatMap((reading) =>
    reading.refusal === undefined ? [] : refusalRemedies(reading.refusal, step),
  );
  return {
    code: refusal.code,
    message: `${describeRefusal(refusal, step.release).message}${more}`,
    object: refusedObject(refusal),
    field: refusedField(refusal, step.release),
    remedies,
    advice: remedies.map((remedy) => adviceOf(remedy)),
  };
}

/** By consents that `liftlock resume` offers again, after it has asked the cluster whether they are safe, and by hand. */
function adviceOf({ title, commands }: Remedy): string {
  const [command] = commands;
  if (command?.startsWith('--allow ') === true) return `To go on with a remedy: liftlock resume ${command}`;
  return command === undefined ? `${title}.` : `${title}: ${command}`;
}

/** Of the API server, not of the release: both mean that the same helm may be run again. */
const unstable = ['API_SERVER_AWAY', 'OBJECT_MODIFIED'] as const;
export type Instability = (typeof unstable)[number];

/**
 * Whether helm failed of a cluster that did not answer, or of somebody who wrote the same object in the same moment, and of
 * nothing else: then the release itself is as good as it was.
 * @param words all that helm said, redacted
 */
export function instabilityOf(words: string): Instability | undefined {
  const codes = new Set(readRefusal({ words }).map(({ refusal }) => refusal?.code));
  return unstable.find((code) => codes.has(code) && [...codes].every((other) => isUnstable(other)));
}

function isUnstable(code: string | undefined): boolean {
  return unstable.some((one) => one === code);
}
