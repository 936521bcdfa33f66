import { applyDecisions } from '../findings/judge.ts';
import type { Decision, Finding, Severity } from '../model/finding.ts';
import { formatRef } from '../model/kube.ts';
import type { Affirmation } from '../model/site.ts';

const order: readonly Severity[] = ['blocker', 'warning', 'info'];

/** `--allow ID`s as decisions. */
export function decisionsOf(allow: readonly string[], by: string, at: Date): readonly Decision[] {
  return [...new Set(allow)].map((remedy) => ({ remedy, by, at: at.toISOString(), how: 'flag' as const }));
}

/** Of each blocker's ladder the first rung that a plan takes by itself, where nobody has decided about that finding. */
export function defaultDecisions(
  findings: readonly Finding[],
  decisions: readonly Decision[],
  at: Date,
): readonly Decision[] {
  const decided = new Set(decisions.map((decision) => decision.remedy));
  const rungs = findings
    .filter(({ severity, remedies }) => severity === 'blocker' && !remedies.some((remedy) => decided.has(remedy.id)))
    .flatMap(({ remedies }) => remedies.filter((remedy) => remedy.byDefault === true).slice(0, 1));
  return [...new Set(rungs.map((rung) => rung.id))].map((remedy) => ({
    remedy,
    by: 'liftlock',
    at: at.toISOString(),
    how: 'default' as const,
  }));
}

/**
 * Decisions with what each one answers: a finding whose remedy is planned in is gone from the next forecast, and nobody
 * could tell any more why a step is there.
 */
export function withReasons(decisions: readonly Decision[], findings: readonly Finding[]): readonly Decision[] {
  return decisions.map((decision) => {
    for (const { code, remedies } of findings) {
      const remedy = remedies.find(({ id }) => id === decision.remedy);
      if (remedy !== undefined) return { ...decision, code, title: remedy.title };
    }
    return decision;
  });
}

/**
 * What earlier rounds have found and the plan mends by a decision: the last forecast, made with the remedy, does not show it
 * any more, and people want to know what they are being spared.
 */
export function mendedFindings(
  known: readonly Finding[],
  last: readonly Finding[],
  decisions: readonly Decision[],
): readonly Finding[] {
  const keyOf = ({ code, component, object, field }: Finding) =>
    [code, component, object === undefined ? '' : formatRef(object), field].join('\n');
  const standing = new Set(last.map(keyOf));
  const decided = new Set(decisions.map((decision) => decision.remedy));
  const gone = known.filter(
    (item) => !standing.has(keyOf(item)) && item.remedies.some((remedy) => decided.has(remedy.id)),
  );
  return [...new Map(gone.map((item) => [keyOf(item), item])).values()];
}

/** `--affirm ID[=BY]` as affirmations for one target version. */
export function affirmationsOf(
  affirm: readonly string[],
  osUser: string,
  at: Date,
  version: string,
): Readonly<Record<string, Affirmation>> {
  return Object.fromEntries(
    affirm.map((text) => {
      const [id = '', ...by] = text.split('=');
      return [id, { by: by.join('=') || osUser, at: at.toISOString(), version }];
    }),
  );
}

/**
 * Checks that nothing here could look at, passed where a person says now that it is so. A check that failed stays failed:
 * no word makes a page load.
 */
export function withWord<R extends { readonly check: string; readonly verdict: string; readonly note: string }>(
  results: readonly R[],
  affirmations: Readonly<Record<string, Affirmation>>,
): readonly (R | (R & { readonly verdict: 'passed' }))[] {
  return results.map((result) => {
    const word = Object.hasOwn(affirmations, result.check) ? affirmations[result.check] : undefined;
    if (word === undefined || result.verdict !== 'pending') return result;
    return { ...result, verdict: 'passed' as const, note: `affirmed by ${word.by} (${result.note})` };
  });
}

/** Findings with the decisions applied, the worst first. */
export function settle(findings: readonly Finding[], decisions: readonly Decision[]): readonly Finding[] {
  return applyDecisions(findings, decisions).toSorted((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity));
}

/** What stands in the way of the first write. */
export function blockersOf(findings: readonly Finding[]): readonly Finding[] {
  return findings.filter((finding) => finding.severity === 'blocker');
}
