import { inBoundedTime } from '../model/bounded-pattern.ts';
import { Problem } from '../model/problem.ts';

/** What one pattern found. */
export interface LogMatches {
  readonly count: number;
  /** The first lines that it found, shortened. */
  readonly first: readonly string[];
}

/** Characters of a line that are looked at: logs may hold whole documents on one line. */
const longestLine = 2000;

/**
 * Counts the lines that match each pattern, and keeps the first few. A line counts for the first pattern that it
 * matches, in the order in which they are given: errors before warnings.
 * Problems: BAD_PATTERN for a pattern that is no regular expression, PATTERN_TOO_SLOW.
 */
export function scanLog<Name extends string>(
  lines: Iterable<string>,
  patterns: Readonly<Record<Name, string>>,
  keep = 3,
): Readonly<Record<Name, LogMatches>> {
  const rules = Object.entries<string>(patterns).map(([name, pattern]) => ({
    name,
    pattern: compile(pattern),
    count: 0,
    first: [] as string[],
  }));
  const scanned = inBoundedTime(() => {
    for (const line of lines) {
      const text = line.slice(0, longestLine);
      const rule = rules.find(({ pattern }) => pattern.test(text));
      if (rule === undefined) continue;
      rule.count += 1;
      if (rule.first.length < keep) rule.first.push(text.length > 300 ? `${text.slice(0, 299)}…` : text);
    }
    return true;
  });
  if (scanned === undefined) {
    throw new Problem('PATTERN_TOO_SLOW', `The patterns take longer than a second for one log.`, {
      advice: ['They stand in the platform definition, under checks: make them simpler.'],
    });
  }
  return Object.fromEntries(rules.map(({ name, count, first }) => [name, { count, first }])) as unknown as Record<
    Name,
    LogMatches
  >;
}

function compile(pattern: string): RegExp {
  try {
    return new RegExp(pattern);
  } catch (cause) {
    throw new Problem('BAD_PATTERN', `"${pattern}" is no regular expression.`, {
      advice: ['It stands in the platform definition, under checks: correct it there.'],
      cause,
    });
  }
}
