import type { RouteRuleOf } from '../model/route.ts';
import { compareVersions, minorOf } from '../model/version.ts';
import { lineOf, type RouteMap } from './read-map.ts';
import type { Stop, Way } from './read-stops.ts';

/** A version that a route may begin at or land on, with everything that hops are judged by: versions are compared once. */
export interface Place {
  readonly version: string;
  readonly major: number;
  readonly minor: number;
  /** How many minor versions were published up to this one, across all majors. */
  readonly line: number;
  /** By stop: below it, at it, above it. */
  readonly sides: readonly (-1 | 0 | 1)[];
  /** By gap: whether the rule is about hops from here. */
  readonly isFrom: readonly boolean[];
  /** By gap: whether the rule is about hops to here. */
  readonly isTo: readonly boolean[];
  /** Nobody may go on from here. */
  readonly refusedBy?: RouteRuleOf<'refuse'> | undefined;
}

/**
 * Where a route may land, in order, the origin first and the target last: on the newest patch of each minor version between, and on
 * what each stop has to land on.
 */
export function placesOf({ from, to }: Way, map: RouteMap, stops: readonly Stop[]): readonly Place[] {
  const between = (version: string) => compareVersions(version, from) > 0 && compareVersions(version, to) < 0;
  const others = stops.flatMap(landingsOf).filter((version) => !map.patches.includes(version));
  const patches = map.patches.filter(between);
  const wanted = others.length === 0 ? patches : distinct([...patches, ...others.filter(between)]);
  const target = lineOf(to);
  const lines = map.lines.includes(target) ? map.lines : [...map.lines, target];
  return [from, ...wanted, to].map((version) => {
    const own = lineOf(version);
    return {
      version,
      ...minorOf(version),
      line: lines.filter((line) => line <= own).length,
      sides: stops.map((stop) => (stop.standIns.includes(version) ? 0 : map.sideOf(version, stop.versions))),
      isFrom: map.gaps.map((gap) => gap.from === undefined || map.satisfies(version, gap.from)),
      isTo: map.gaps.map((gap) => gap.to === undefined || map.satisfies(version, gap.to)),
      refusedBy: map.refused.find((rule) => map.satisfies(version, rule.from)),
    };
  });
}

function landingsOf({ landing, standIns }: Stop): readonly string[] {
  return landing === undefined ? standIns : [landing];
}

/** In order, each once. */
function distinct(versions: readonly string[]): readonly string[] {
  return versions
    .toSorted(compareVersions)
    .filter((version, index, all) => index === 0 || compareVersions(version, all[index - 1] ?? '') !== 0);
}
