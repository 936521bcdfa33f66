import { ask, type Answer } from './ask.ts';
import type { DiagnosisCase } from './case.ts';

/** What the product said of one case, beside its label. */
export interface Scored {
  readonly item: DiagnosisCase;
  readonly answer: Answer;
  /** What of class, object, field and first remedy differs from the label. */
  readonly misses: readonly string[];
  /** Remedies that would destroy what they must not. */
  readonly wrong: readonly string[];
}

/** Asks the product about one case and compares. UNKNOWN and NONE name nothing and offer nothing. */
export function scoreOf(item: DiagnosisCase): Scored {
  const answer = ask(item);
  const { expect: label } = item;
  const pairs: readonly (readonly [what: string, wanted: string, said: string])[] = [
    ['class', label.class, answer.class],
    ['object', label.object ?? '', answer.object],
    ['field', label.field ?? '', answer.field],
    ['first remedy', label.remedy ?? '', answer.remedies[0]?.id ?? ''],
  ];
  const may = new Set(label.mayDestroy);
  const never = new Set(label.never);
  return {
    item,
    answer,
    misses: pairs.flatMap(([what, wanted, said]) =>
      wanted === said ? [] : [`${what}: ${said === '' ? 'none' : said} instead of ${wanted === '' ? 'none' : wanted}`],
    ),
    wrong: answer.remedies.flatMap(({ id, destructive }) =>
      (destructive && !may.has(id)) || never.has(id) ? [id] : [],
    ),
  };
}
