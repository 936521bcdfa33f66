import semver from 'semver';
import { exitCodes, Problem } from './problem.ts';

/** What names a pre-release in a version or a range. */
const prerelease = /\d-[0-9A-Za-z]/;

/** A version of exactly the form x.y.z: what a guide's `--version` takes. */
export function parseExactVersion(text: string): string {
  if (/^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)$/.test(text)) return text;
  const near = semver.coerce(text);
  throw new Problem('BAD_VERSION', `"${text}" is not a version of the form x.y.z.`, {
    exitCode: exitCodes.usage,
    advice: [
      near && /\d+\.\d+\.\d+/.test(text)
        ? `Did you mean ${near.version}?`
        : 'Give all three numbers, for example 2.2.5.',
    ],
  });
}

/**
 * Reads versions as tools and distributions print them: `v3.22`, `v1.33.1-eks-1a2b`, `3.16.0+g1234`. The suffix
 * is dropped: a distribution's mark is no pre-release, and semver ranges would refuse it.
 * @returns x.y.z, or undefined when there is no number in it
 */
export function parseToolVersion(text: string): string | undefined {
  const match = /v?(\d+)\.(\d+)(?:\.(\d+))?/.exec(text);
  return match ? `${match[1]}.${match[2]}.${match[3] ?? '0'}` : undefined;
}

/** -1, 0 or 1; versions that semver cannot read compare as text. */
export function compareVersions(a: string, b: string): -1 | 0 | 1 {
  const [one, other] = [semver.parse(a), semver.parse(b)];
  if (one !== null && other !== null) return semver.compare(one, other);
  return a === b ? 0 : a < b ? -1 : 1;
}

export function satisfiesRange(version: string, range: string): boolean {
  return semver.satisfies(version, range, { includePrerelease: true });
}

/** True for what `satisfiesRange` can judge, such as `>=3.16.0`. */
export function isVersionRange(range: string): boolean {
  return range.trim() !== '' && semver.validRange(range) !== null;
}

/** True for versions such as 2.0.0-rc.1: nobody gets them who does not name them. */
export function isPreRelease(version: string): boolean {
  return (semver.prerelease(version)?.length ?? 0) > 0;
}

/**
 * A constraint of helm's (github.com/Masterminds/semver) in the words of node-semver: a comma means "and", `=>` is `>=`.
 * Undefined where it is none.
 */
function asRange(constraint: string): { readonly range: string; readonly without: readonly string[] } | undefined {
  const words = constraint.replaceAll('=>', '>=').replaceAll('=<', '<=');
  const without = [...words.matchAll(/!=\s*([^\s,|]+)/g)].map((match) => match[1] ?? '');
  const range = words
    .replaceAll(/!=\s*[^\s,|]+/g, '')
    .replaceAll(',', ' ')
    .trim();
  // What is left after `!=` alone is everything else.
  const readable = range === '' && without.length > 0 ? '*' : range;
  const isRead = [readable, ...without].every((part) => part !== '' && semver.validRange(part) !== null);
  // `a != b || c` would mean the exception for `a` alone.
  return isRead && !(without.length > 0 && words.includes('||')) ? { range: readable, without } : undefined;
}

/**
 * What a person names as the target: a version of exactly the form x.y.z, or a constraint as helm's `--version` takes it. A part of a
 * version, such as 2.19, is neither: it is more often a slip than meant as 2.19.x.
 */
export function parseTarget(text: string): string {
  const isMeantSo = /[~^<>=*|,xX]|\s-\s/.test(text) && isVersionConstraint(text);
  return isMeantSo ? text.trim() : parseExactVersion(text);
}

/** True for what helm's `--version` takes: `2.19.0`, `~2.19.0`, `2.19.x`, `^2`, `>=2.19, <2.21`. */
export function isVersionConstraint(text: string): boolean {
  return text.trim() !== '' && asRange(text) !== undefined;
}

/**
 * What helm would take for a constraint: the newest of the versions that it allows. Pre-releases only where the constraint
 * itself names one. Undefined where there is none.
 */
export function newestIn(constraint: string, versions: readonly string[]): string | undefined {
  const asked = asRange(constraint);
  if (asked === undefined) return undefined;
  const includePrerelease = prerelease.test(asked.range.replaceAll(/ - /g, ' '));
  return (
    semver.maxSatisfying(
      versions.filter(
        (version) => semver.valid(version) !== null && !asked.without.some((other) => semver.satisfies(version, other)),
      ),
      asked.range,
      { includePrerelease },
    ) ?? undefined
  );
}

/** True for text that is a version: three numbers, perhaps with a pre-release; a `v` before it does no harm. */
export function isVersion(text: string): boolean {
  return semver.valid(text) !== null;
}

/**
 * Where a version stands to a range without `||`: -1 below everything that it holds, 0 in it, 1 above. semver's own `ltr` and `gtr`
 * err where one bound of a range stands within another, as in `2.3.x <2.3.1`.
 */
export function sideOf(version: string, range: string): -1 | 0 | 1 {
  // Who goes to a pre-release of 2.20.0 leaves everything below it behind; to semver it would still be `<2.20.0`.
  const stands = prerelease.test(range) ? version : version.replace(/[-+].*$/, '');
  if (satisfiesRange(stands, range)) return 0;
  const lowest = semver.minVersion(range);
  return lowest !== null && semver.lt(stands, lowest) ? -1 : 1;
}

/** True for a range that holds something, in one piece. */
export function isOneStretch(range: string): boolean {
  return isVersionRange(range) && !range.includes('||') && semver.minVersion(range) !== null;
}

/**
 * True where a version can be in both ranges. `2.2.0-rc.1`, which is below 2.2.0 and one of its pre-releases, makes no two of them meet,
 * unless one names a pre-release.
 */
export function rangesMeet(one: string, other: string): boolean {
  return semver.intersects(one, other, { includePrerelease: [one, other].some((range) => prerelease.test(range)) });
}

/** The major and minor number of a version. */
export function minorOf(version: string): { readonly major: number; readonly minor: number } {
  const { major, minor } = semver.parse(version) ?? { major: 0, minor: 0 };
  return { major, minor };
}

/** How far one version is behind another, in the largest of its numbers that differs. */
export interface Distance {
  readonly unit: 'major' | 'minor' | 'patch' | 'pre-release';
  readonly count: number;
}

/** How far `version` is behind `newer`; undefined where it is not, or where one of them is no version. */
export function distanceTo(version: string, newer: string): Distance | undefined {
  const [old, young] = [semver.parse(version), semver.parse(newer)];
  if (old === null || young === null || semver.compare(old, young) >= 0) return undefined;
  if (young.major !== old.major) return { unit: 'major', count: young.major - old.major };
  if (young.minor !== old.minor) return { unit: 'minor', count: young.minor - old.minor };
  if (young.patch !== old.patch) return { unit: 'patch', count: young.patch - old.patch };
  return { unit: 'pre-release', count: 1 };
}
