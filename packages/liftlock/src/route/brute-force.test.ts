import fc from 'fast-check';
import semver from 'semver';
import { expect, test } from 'vitest';
import type { RouteRule } from '../model/route.ts';
import type { RouteAnswer, RouteQuestion } from './question.ts';
import { solveRoute } from './solve.ts';

/**
 * Another route finder, which knows nothing of the solver's ways: it writes out every version that could exist, takes ranges for the
 * sets of what they hold, and tries all ways, those with fewer hops first.
 */
const universe = [0, 1, 2, 3].flatMap((major) =>
  [0, 1, 2, 3, 4].flatMap((minor) => [0, 1, 2].map((patch) => `${major}.${minor}.${patch}`)),
);
const sets = new Map<string, readonly string[]>();
const ranks = new Map(universe.map((version, index) => [version, index]));
const rank = (version: string) => ranks.get(version) ?? -1;
function setOf(range: string): readonly string[] {
  const set = sets.get(range) ?? universe.filter((version) => semver.satisfies(version, range));
  sets.set(range, set);
  return set;
}
const newest = (versions: readonly string[]) => versions.toSorted((a, b) => rank(b) - rank(a))[0];
const line = (version: string) => version.split('.').slice(0, 2).join('.');
const numbers = (version: string) => version.split('.').map(Number);

function isWithdrawn(version: string, rules: readonly RouteRule[]): boolean {
  return rules.some((rule) => rule.kind === 'withdrawn' && setOf(rule.versions).includes(version));
}

/** The ranges that must be landed in, each with versions that stand in where all of it is gone. */
function stopsOf({ rules, stops, holds, available }: RouteQuestion) {
  const good = available.filter((version) => !isWithdrawn(version, rules));
  const asked = [
    ...rules.flatMap((rule) =>
      rule.kind === 'stop' && (rule.when === undefined || holds(rule.when) !== false) ? [rule.versions] : [],
    ),
    ...stops,
  ];
  return asked.map((range) => {
    const set = setOf(range);
    const choice = newest(good.filter((version) => set.includes(version)));
    const standIns = rules.flatMap((rule) => {
      if (choice !== undefined || rule.kind !== 'withdrawn' || rule.instead === undefined) return [];
      if (!setOf(rule.versions).some((version) => set.includes(version))) return [];
      const instead = newest(good.filter((version) => setOf(rule.instead ?? '').includes(version)));
      return instead === undefined ? [] : [instead];
    });
    const [low, high] = [Math.min(...set.map(rank)), Math.max(...set.map(rank))];
    return { low, high, landings: choice === undefined ? standIns : [choice], standIns };
  });
}

function publishedBetween(from: string, to: string, { available }: RouteQuestion): number {
  const above = [...available, to].filter((version) => rank(version) > rank(from) && rank(version) <= rank(to));
  return new Set(above.map(line).filter((minor) => minor !== line(from))).size;
}

function mayClimb(from: string, to: string, question: RouteQuestion, stops = stopsOf(question)): boolean {
  const [[major = 0, minor = 0], [nextMajor = 0, nextMinor = 0]] = [numbers(from), numbers(to)];
  const skipped = stops.some(
    ({ low, high, standIns }) =>
      low > rank(from) && high < rank(to) && !standIns.includes(from) && !standIns.includes(to),
  );
  return (
    !skipped &&
    question.rules.every((rule) => {
      if (rule.kind === 'refuse') return !setOf(rule.from).includes(from);
      if (rule.kind !== 'gap') return true;
      if (rule.from !== undefined && !setOf(rule.from).includes(from)) return true;
      if (rule.to !== undefined && !setOf(rule.to).includes(to)) return true;
      return (
        nextMajor - major <= (rule.majors ?? 99) &&
        (nextMajor !== major || nextMinor - minor <= (rule.minors ?? 99)) &&
        (rule.count === undefined || publishedBetween(from, to, question) <= rule.count)
      );
    })
  );
}

/** The landings of the best way; undefined where there is none. */
function bruteForce(question: RouteQuestion): readonly string[] | undefined {
  const { from, to, available, rules } = question;
  if (!available.includes(to) || isWithdrawn(to, rules) || rank(from) > rank(to)) return undefined;
  if (rules.some((rule) => rule.kind === 'refuse' && setOf(rule.from).includes(from))) return undefined;
  if (from === to) return [];
  const good = available.filter((version) => !isWithdrawn(version, rules));
  const stops = stopsOf(question);
  const meant = stops.flatMap(({ landings }) => landings);
  const landings = good
    .filter((version) => rank(version) > rank(from) && rank(version) < rank(to))
    .filter(
      (version) => meant.includes(version) || newest(good.filter((other) => line(other) === line(version))) === version,
    )
    .toSorted((a, b) => rank(b) - rank(a));
  const known = new Map<string, boolean>();
  const climbs = (a: string, b: string) => {
    const key = `${a} ${b}`;
    const answer = known.get(key) ?? mayClimb(a, b, question, stops);
    known.set(key, answer);
    return answer;
  };
  const tryWays = (way: readonly string[], left: number): readonly string[] | undefined => {
    const here = way.at(-1) ?? from;
    if (left === 0) return climbs(here, to) ? [...way, to] : undefined;
    for (const next of landings) {
      const found = rank(next) > rank(here) && climbs(here, next) ? tryWays([...way, next], left - 1) : undefined;
      if (found !== undefined) return found;
    }
    return undefined;
  };
  for (let between = 0; between <= landings.length; between += 1) {
    const found = tryWays([], between);
    if (found !== undefined) return found;
  }
  return undefined;
}

const version = fc.constantFrom(...universe);
const minor = version.map((text) => `${line(text)}.x`);
const stretch = fc.oneof(
  { weight: 4, arbitrary: minor },
  { weight: 2, arbitrary: version },
  fc
    .tuple(minor, fc.integer({ min: 0, max: 2 }))
    .map(([range, patch]) => `${range} <${range.replace('x', String(patch + 1))}`),
  fc
    .tuple(version, version)
    .filter(([a, b]) => rank(a) < rank(b))
    .map(([a, b]) => `>=${a} <${b}`),
);
const limit = fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined });
const about = fc.option(
  version.map((text) => `>=${text}`),
  { nil: undefined, freq: 1 },
);
const source = 'a page';
const rule: fc.Arbitrary<RouteRule> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc
      .tuple(stretch, fc.constantFrom(undefined, 'yes', 'no', 'who knows'))
      .map(([versions, when]): RouteRule => ({ kind: 'stop', versions, when, source })),
  },
  {
    weight: 3,
    arbitrary: fc
      .record({ from: about, to: about, minors: limit, count: limit, majors: fc.constantFrom(undefined, 0, 1) })
      .map((gap): RouteRule => ({ kind: 'gap', ...gap, source })),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(stretch, fc.option(stretch, { nil: undefined }))
      .map(([versions, instead]): RouteRule => ({ kind: 'withdrawn', versions, instead, because: 'bad', source })),
  },
  {
    weight: 1,
    arbitrary: version.map((text): RouteRule => ({ kind: 'refuse', from: `<${text}`, because: 'too old', source })),
  },
);
/** Most pairs go up to a version that can be had; a few do not. */
const seldom = fc.integer({ min: 0, max: 19 }).map((number) => number === 0);
const question: fc.Arbitrary<RouteQuestion> = fc
  .record({
    ends: fc.tuple(version, version),
    isDown: seldom,
    isAbsent: seldom,
    available: fc.subarray(universe, { minLength: 12 }),
    rules: fc.array(rule, { maxLength: 6 }),
    stops: fc.array(stretch, { maxLength: 1 }),
  })
  .map(({ ends, isDown, isAbsent, available, rules, stops }) => {
    const [low = '', high = ''] = ends.toSorted((a, b) => rank(a) - rank(b));
    const [from, to] = isDown ? [high, low] : [low, high];
    const rest = available.filter((item) => item !== to);
    return {
      from,
      to,
      rules,
      stops,
      available: isAbsent ? rest : [...rest, to],
      holds: (condition) => (condition === 'yes' ? true : condition === 'no' ? false : undefined),
    };
  });

const landingsOf = (answer: RouteAnswer) => ('hops' in answer ? answer.hops.map((hop) => hop.to) : undefined);
const seed = Number(process.env['LIFTLOCK_SEED'] ?? Date.now() % 2 ** 31);

// Seconds of computing, which a busy machine makes longer.
test(
  'O28: a brute-force search over the rules agrees with the solver on 5,000 random pairs',
  { timeout: 120_000 },
  () => {
    console.info(`routes: LIFTLOCK_SEED=${seed}`);
    const seen = { routes: 0, severalHops: 0, none: 0 };
    fc.assert(
      fc.property(question, (asked) => {
        const found = landingsOf(solveRoute(asked));
        if (found === undefined) seen.none += 1;
        else seen.routes += 1;
        if ((found?.length ?? 0) > 1) seen.severalHops += 1;
        expect(found).toEqual(bruteForce(asked));
      }),
      { numRuns: 5000, seed },
    );
    console.info(`routes: ${JSON.stringify(seen)}`);
    expect(seen.severalHops).toBeGreaterThan(500);
    expect(seen.none).toBeGreaterThan(500);
  },
);

test('O28: a route begins where it should, climbs, lands on what can be had, and says why it lands', () => {
  fc.assert(
    fc.property(question, (asked) => {
      const answer = solveRoute(asked);
      if ('refusal' in answer) {
        expect(answer.refusal.message.length).toBeGreaterThan(20);
        expect(answer.refusal.advice.length).toBeGreaterThan(0);
        return;
      }
      const { hops } = answer;
      expect([...hops.map((hop) => hop.from), asked.to]).toEqual([asked.from, ...hops.map((hop) => hop.to)]);
      for (const [index, hop] of hops.entries()) {
        expect(rank(hop.to)).toBeGreaterThan(rank(hop.from));
        expect(asked.available).toContain(hop.to);
        expect(isWithdrawn(hop.to, asked.rules)).toBe(false);
        // A stop is never skipped and a gap never exceeded, judged hop by hop.
        expect(mayClimb(hop.from, hop.to, asked)).toBe(true);
        // It lands between only because going on at once is not allowed; at the end because it was asked to.
        const after = hops[index + 1];
        expect(after === undefined || !mayClimb(hop.from, after.to, asked)).toBe(true);
        expect(hop.because.length > 0).toBe(after !== undefined);
      }
    }),
    { numRuns: 1000, seed },
  );
});

test('O28: what cannot be reached is said to be so with what is in the way', () => {
  fc.assert(
    fc.property(question, (asked) => {
      const answer = solveRoute(asked);
      fc.pre('refusal' in answer && answer.refusal.code === 'NO_ROUTE');
      const message = 'refusal' in answer ? answer.refusal.message : '';
      expect(message).toMatch(/required stop|this site stops at|climbs at most|nobody may go on/);
      expect(message).toContain(asked.to);
    }),
    { numRuns: 200, seed },
  );
});
