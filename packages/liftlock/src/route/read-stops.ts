import type { RouteRuleOf } from '../model/route.ts';
import { rangesMeet } from '../model/version.ts';
import type { RouteNotice, RouteQuestion } from './question.ts';
import { withdrawalOf, type RouteMap } from './read-map.ts';

/** A stop that the way from here to there crosses, with what there is to land on. */
export interface Stop {
  readonly versions: string;
  /** Undefined for a stop that the site has declared. */
  readonly source?: string | undefined;
  readonly because?: string | undefined;
  /** The newest of its versions that can be had; undefined where there is none. */
  readonly landing?: string | undefined;
  /** Versions outside of it that stand in where all that can be had of it were withdrawn. */
  readonly standIns: readonly string[];
  /** Rules that took versions of it away. */
  readonly withdrawn: readonly RouteRuleOf<'withdrawn'>[];
}

/** One way: from here to there. */
export type Way = Pick<RouteQuestion, 'from' | 'to' | 'stops' | 'holds'>;

/** The stops of the vendor and of the site that a way crosses, and what there is to know of them. */
export function readStops(
  way: Way,
  map: RouteMap,
): { readonly stops: readonly Stop[]; readonly notices: readonly RouteNotice[] } {
  const notices: RouteNotice[] = [];
  const crossed = [...vendorStops(way, map, notices), ...siteStops(way, map, notices)];
  return { stops: crossed.map((stop) => withLandings(stop, map)), notices };
}

type BareStop = Pick<Stop, 'versions' | 'source' | 'because'>;

function isCrossed({ from, to }: Way, versions: string, map: RouteMap): boolean {
  return map.sideOf(from, versions) === -1 && map.sideOf(to, versions) === 1;
}

/** Conditions are asked only where the answer matters: of a stop that is not on the way nobody has to know anything. */
function vendorStops(way: Way, map: RouteMap, notices: RouteNotice[]): readonly BareStop[] {
  return map.rules.flatMap((rule): readonly BareStop[] => {
    if (rule.kind !== 'stop' || !isCrossed(way, rule.versions, map)) return [];
    const { versions, source, because, when } = rule;
    const isAsked = when === undefined ? true : way.holds(when);
    if (isAsked === undefined && when !== undefined)
      notices.push({ kind: 'unknown-condition', condition: when, versions, source });
    return isAsked === false ? [] : [{ versions, source, because }];
  });
}

function siteStops(way: Way, map: RouteMap, notices: RouteNotice[]): readonly BareStop[] {
  return way.stops.flatMap((versions): readonly BareStop[] => {
    if (map.sideOf(way.to, versions) === -1) notices.push({ kind: 'stop-beyond', stop: versions });
    return isCrossed(way, versions, map) ? [{ versions }] : [];
  });
}

function withLandings(stop: BareStop, { available, withdrawn, newest }: RouteMap): Stop {
  const here = withdrawn.filter((rule) => rangesMeet(rule.versions, stop.versions));
  // A rule may name a pre-release outright: then it is meant.
  const named = available.find(
    (version) => stop.versions === version && withdrawalOf(version, withdrawn) === undefined,
  );
  const landing = newest(stop.versions) ?? named;
  const standIns =
    landing === undefined ? here.flatMap(({ instead }) => (instead === undefined ? [] : (newest(instead) ?? []))) : [];
  return { ...stop, landing, standIns, withdrawn: here };
}
