import type { RouteRuleOf } from '../model/route.ts';
import {
  compareVersions,
  isPreRelease,
  isVersion,
  minorOf,
  newestIn,
  satisfiesRange,
  sideOf,
} from '../model/version.ts';
import type { RouteQuestion } from './question.ts';

/** What does not depend on where a way begins and ends: read once for all ways of a site. */
export interface RouteMap {
  readonly available: readonly string[];
  readonly isPartial: boolean;
  readonly rules: RouteQuestion['rules'];
  readonly gaps: readonly RouteRuleOf<'gap'>[];
  readonly refused: readonly RouteRuleOf<'refuse'>[];
  readonly withdrawn: readonly RouteRuleOf<'withdrawn'>[];
  readonly silent: readonly RouteRuleOf<'silent'>[];
  /** Versions that a route may land on without being told to: no pre-releases, nothing withdrawn. */
  readonly landable: readonly string[];
  /** The newest of them of each minor version, in order. */
  readonly patches: readonly string[];
  /** Published minor versions, as numbers that sort. */
  readonly lines: readonly number[];
  /** As the functions of model/version.ts, each question answered once. */
  sideOf(version: string, range: string): -1 | 0 | 1;
  satisfies(version: string, range: string): boolean;
  /** The newest of `landable` in a range. */
  newest(range: string): string | undefined;
}

/** What the routes of a site have in common. */
export type RouteRules = Pick<RouteQuestion, 'available' | 'published' | 'rules' | 'isPartial'>;

/** Sorts the rules by kind and the versions by what they are good for. */
export function readMap({ available: given, rules, published, isPartial = false }: RouteRules): RouteMap {
  const available = given.filter(isVersion);
  const withdrawn = rules.filter((rule) => rule.kind === 'withdrawn');
  const stable = available.filter((version) => !isPreRelease(version));
  const landable = stable.filter((version) => withdrawalOf(version, withdrawn) === undefined);
  const newestOf = remembered((_all, range) => newestIn(range, landable));
  return {
    available,
    isPartial: isPartial && published === undefined,
    rules,
    withdrawn,
    gaps: rules.filter((rule) => rule.kind === 'gap'),
    refused: rules.filter((rule) => rule.kind === 'refuse'),
    silent: rules.filter((rule) => rule.kind === 'silent'),
    landable,
    patches: newestPatches(landable).toSorted(compareVersions),
    lines: linesOf([...stable, ...(published ?? [])], isPartial && published === undefined),
    sideOf: remembered(sideOf),
    satisfies: remembered(satisfiesRange),
    newest: (range) => newestOf('', range),
  };
}

/** The rule that says that nobody may land on a version. */
export function withdrawalOf(
  version: string,
  withdrawn: readonly RouteRuleOf<'withdrawn'>[],
): RouteRuleOf<'withdrawn'> | undefined {
  return withdrawn.find((rule) => satisfiesRange(version, rule.versions));
}

/** No vendor has published so many minor versions of one major version. */
const lineStep = 1_000_000;

/** One number for a minor version, so that they sort. */
export function lineOf(version: string): number {
  const { major, minor } = minorOf(version);
  return major * lineStep + minor;
}

/** @param isPartial every minor version up to the highest that is known counts */
function linesOf(versions: readonly string[], isPartial: boolean): readonly number[] {
  const lines = new Set(versions.filter((version) => isVersion(version) && !isPreRelease(version)).map(lineOf));
  if (!isPartial) return [...lines];
  return [...lines]
    .flatMap((line) => Array.from({ length: (line % lineStep) + 1 }, (_, minor) => line - minor))
    .filter((line, index, all) => all.indexOf(line) === index);
}

/** The newest patch of each minor version. */
export function newestPatches(versions: readonly string[]): readonly string[] {
  const newest = new Map<number, string>();
  for (const version of versions) {
    const line = lineOf(version);
    const known = newest.get(line);
    if (known === undefined || compareVersions(version, known) > 0) newest.set(line, version);
  }
  return [...newest.values()];
}

function remembered<T>(judge: (version: string, range: string) => T): (version: string, range: string) => T {
  const known = new Map<string, Map<string, T>>();
  return (version, range) => {
    const ofRange = known.get(range) ?? new Map<string, T>();
    known.set(range, ofRange);
    const answer = ofRange.get(version) ?? judge(version, range);
    ofRange.set(version, answer);
    return answer;
  };
}
