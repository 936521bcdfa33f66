import semver from 'semver';
import { exitCodes, Problem } from './problem.ts';

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
  if (semver.valid(a) && semver.valid(b)) return semver.compare(a, b);
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
