import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { isProblem } from '../../model/problem.ts';
import { RouteRule } from '../../model/route.ts';
import { holds } from '../../facts/condition.ts';
import type { RouteAnswer } from '../question.ts';
import { solveRoute } from '../solve.ts';
import { gitlab } from './gitlab.ts';
import { longhorn } from './longhorn.ts';
import { runai } from './runai.ts';
import type { ExpectedRoute, Scenario } from './scenario.ts';
import { sentry, sentryLater } from './sentry.ts';

const definition = new URL('../../../../../platforms/runai/platform.yaml', import.meta.url);
const Definition = z.object({ routes: z.array(RouteRule) });
const scenarios: readonly Scenario[] = [
  gitlab,
  longhorn,
  sentry,
  sentryLater,
  { ...runai, rules: Definition.parse(parse(readFileSync(definition, 'utf8'))).routes },
];

function solve({ rules, releases }: Scenario, { from, to, facts = {}, stops = [], only }: ExpectedRoute): RouteAnswer {
  const scope = { facts, options: {}, inputs: {}, installed: {}, from, to };
  return solveRoute({
    from,
    to,
    rules,
    stops,
    available: only ?? releases,
    isPartial: only !== undefined,
    holds(condition) {
      try {
        return holds(condition, scope);
      } catch (error) {
        if (isProblem(error) && error.code === 'FACT_UNANSWERED') return undefined;
        throw error;
      }
    },
  });
}

const typed = scenarios.flatMap((scenario) => scenario.routes.map((route) => ({ scenario, route })));

test('O28: at least 40 routes were typed by hand, each with its line, and no rule is without its source', () => {
  expect(typed.length).toBeGreaterThanOrEqual(40);
  expect(typed.filter(({ route }) => route.source === '')).toEqual([]);
  expect(scenarios.flatMap(({ rules }) => rules.filter((rule) => !RouteRule.safeParse(rule).success))).toEqual([]);
});

test.each(
  typed.map(({ scenario, route }) => [scenario.vendor, route.from, route.to, route.source, scenario, route] as const),
)('O28: %s from %s to %s as its table has it (%s)', (_vendor, _from, _to, _source, scenario, route) => {
  const answer = solve(scenario, route);
  const seen =
    'refusal' in answer
      ? { refused: answer.refusal.code }
      : {
          lands: answer.hops.map((hop) => hop.to),
          decisions: answer.notices.flatMap((notice) => (notice.kind === 'silent-origin' ? [notice.id] : [])),
        };
  expect(seen).toEqual(
    route.refused === undefined ? { lands: route.lands, decisions: route.decisions ?? [] } : { refused: route.refused },
  );
});
