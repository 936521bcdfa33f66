import type { Hop } from '../model/route.ts';
import { compareVersions } from '../model/version.ts';
import { mayHop, obstacles, type Judge } from './obstacles.ts';
import { placesOf, type Place } from './places.ts';
import type { RouteAnswer, RouteNotice, RouteQuestion } from './question.ts';
import { readMap, withdrawalOf, type RouteMap, type RouteRules } from './read-map.ts';
import { readStops, type Way } from './read-stops.ts';
import { refuseEnds, refuseWay } from './refusals.ts';
import { obstacleWords } from './words.ts';

/**
 * The shortest way from the installed version to the target that keeps every rule. Of several shortest ones, that which goes
 * furthest first, since what is left is then the least that can fail later. Pure: the same question has the same answer.
 */
export function solveRoute(question: RouteQuestion): RouteAnswer {
  return makeSolver(question)(question);
}

/** For many ways under the same rules: what does not depend on the ends is read once. */
export function makeSolver(rules: RouteRules): (way: Way) => RouteAnswer {
  const map = readMap(rules);
  return (way) => solve(way, map);
}

function solve(way: Way, map: RouteMap): RouteAnswer {
  const refusal = refuseEnds(way, map);
  if (refusal !== undefined) return { refusal };
  if (compareVersions(way.from, way.to) === 0) return { hops: [], notices: [] };
  const { stops, notices } = readStops(way, map);
  const judge: Judge = { stops, gaps: map.gaps };
  const places = placesOf(way, map, stops);
  const found = shortestWay(places, judge);
  if (found === undefined) return { refusal: refuseWay(places, judge) };
  return { hops: hopsOf(found, judge), notices: [...notices, ...noticesOf(found, map), ...unsureGaps(found, map)] };
}

/** From the target backwards: how many hops each place is away from it. Then forwards, always to the furthest that is one nearer. */
function shortestWay(places: readonly Place[], judge: Judge): readonly Place[] | undefined {
  const left = places.map(() => Infinity);
  const next = places.map(() => -1);
  left[places.length - 1] = 0;
  for (let index = places.length - 2; index >= 0; index -= 1) {
    for (let other = places.length - 1; other > index; other -= 1) {
      const [a, b] = [places[index], places[other]];
      if (a === undefined || b === undefined || 1 + (left[other] ?? Infinity) >= (left[index] ?? 0)) continue;
      if (!mayHop(a, b, judge)) continue;
      left[index] = 1 + (left[other] ?? 0);
      next[index] = other;
    }
  }
  if (left[0] === Infinity) return undefined;
  const way = places.slice(0, 1);
  for (let index = next[0] ?? -1; index > 0; index = next[index] ?? -1) way.push(...places.slice(index, index + 1));
  return way;
}

/** A route lands somewhere because one hop less would meet these obstacles. */
function hopsOf(way: readonly Place[], judge: Judge): readonly Hop[] {
  return way.slice(1).map((place, index) => {
    const from = way[index];
    const after = way[index + 2];
    const against = from === undefined || after === undefined ? [] : obstacles(from, after, judge);
    return { from: from?.version ?? '', to: place.version, because: against.map(obstacleWords) };
  });
}

function noticesOf(way: readonly Place[], { silent, withdrawn, satisfies }: RouteMap): readonly RouteNotice[] {
  const origin = way[0]?.version ?? '';
  const gone = withdrawalOf(origin, withdrawn);
  const silences = way
    .slice(0, -1)
    .flatMap(({ version }): readonly RouteNotice[] =>
      silent
        .filter((rule) => satisfies(version, rule.from))
        .map(({ id, because, source }) => ({ kind: 'silent-origin', id, version, because, source })),
    );
  return gone === undefined
    ? silences
    : [{ kind: 'withdrawn-origin', version: origin, because: gone.because, source: gone.source }, ...silences];
}

/** How many minor versions the former major version came to, a part of the versions does not tell. */
function unsureGaps(way: readonly Place[], { gaps, isPartial }: RouteMap): readonly RouteNotice[] {
  if (!isPartial) return [];
  return way.slice(1).flatMap((to, index): readonly RouteNotice[] => {
    const from = way[index];
    if (from === undefined || from.major === to.major) return [];
    return gaps.flatMap(({ count, source }, rule): readonly RouteNotice[] =>
      count === undefined || from.isFrom[rule] !== true || to.isTo[rule] !== true
        ? []
        : [{ kind: 'unsure-gap', from: from.version, to: to.version, count, source }],
    );
  });
}
