import { compareVersions, isVersion, minorOf } from '../model/version.ts';
import { mayHop, obstacles, type Judge, type Obstacle } from './obstacles.ts';
import type { Place } from './places.ts';
import type { RouteRefusal } from './question.ts';
import { withdrawalOf, type RouteMap } from './read-map.ts';
import type { Way } from './read-stops.ts';
import { gapWords, withSource } from './words.ts';

/** What is wrong with the origin or the target themselves, whatever lies between. */
export function refuseEnds(way: Way, map: RouteMap): RouteRefusal | undefined {
  return refuseOrigin(way, map) ?? refuseTarget(way, map);
}

function refuseOrigin({ from }: Way, map: RouteMap): RouteRefusal | undefined {
  if (!isVersion(from)) {
    return {
      code: 'ROUTE_ORIGIN_UNKNOWN',
      message: `It is not known which version is installed: "${from}" is none.`,
      advice: ['Look at the history of the release: helm history RELEASE'],
    };
  }
  const rule = map.refused.find((item) => map.satisfies(from, item.from));
  if (rule === undefined) return undefined;
  return {
    code: 'ORIGIN_REFUSED',
    message: `There is no way from ${from} that liftlock takes: ${rule.from} is refused (${rule.source}).`,
    advice: [rule.because],
  };
}

function refuseTarget({ from, to }: Way, { available, withdrawn, newest }: RouteMap): RouteRefusal | undefined {
  if (isVersion(to) && compareVersions(from, to) > 0) {
    return {
      code: 'ROUTE_DOWNGRADE',
      message: `${from} is installed, which is newer than ${to}: no route goes back.`,
      advice: ['Name a newer version; liftlock versions shows which there are.', 'liftlock rollback undoes a run.'],
    };
  }
  if (!available.includes(to) && !available.some((version) => isVersion(to) && compareVersions(version, to) === 0)) {
    const { major, minor } = minorOf(to);
    const near = [newest(`${major}.${minor}.x`), newest('*')].filter((item) => item !== undefined);
    return {
      code: 'TARGET_UNAVAILABLE',
      message: `${to} is not among the versions that can be had.`,
      advice:
        near.length === 0
          ? ['There is no version at all; see where the charts come from.']
          : [`Nearest: ${[...new Set(near)].join(', ')}. All of them: liftlock versions --all`],
    };
  }
  const gone = withdrawalOf(to, withdrawn);
  if (gone === undefined) return undefined;
  const instead = gone.instead === undefined ? undefined : newest(gone.instead);
  return {
    code: 'TARGET_WITHDRAWN',
    message: `${to} was withdrawn: ${withSource(gone.because, gone.source)}.`,
    advice: [instead === undefined ? 'Name another version.' : `Take ${instead} in its place: --to ${instead}`],
  };
}

/**
 * Why no way leads to the target: what stands against going on from the furthest place that can be reached.
 */
export function refuseWay(places: readonly Place[], judge: Judge): RouteRefusal {
  const against = (a: Place, b: Place) => obstacles(a, b, judge);
  const reached = reachedFrom(places, judge);
  const [origin, target] = [places[0], places.at(-1)];
  const furthest = reached.findLast((place) => place.refusedBy === undefined) ?? origin;
  if (origin === undefined || target === undefined || furthest === undefined) throw new Error('a way has two ends');
  const following = places.find(({ version }) => compareVersions(version, furthest.version) > 0) ?? target;
  const reasons = distinctReasons([...against(furthest, target), ...against(furthest, following)], following);
  const dead = reached.flatMap(({ version, refusedBy }) =>
    refusedBy === undefined
      ? []
      : [`nobody may go on from ${version}: ${withSource(refusedBy.because, refusedBy.source)}`],
  );
  const start =
    furthest === origin
      ? `There is no way from ${origin.version} to ${target.version}`
      : `The way from ${origin.version} to ${target.version} ends at ${furthest.version}`;
  return {
    code: 'NO_ROUTE',
    message: `${start}: ${[...reasons, ...dead].join('; ')}.`,
    advice: [
      ...missingStops(against(furthest, target)).map(
        (versions) =>
          `Make a version of ${versions} available: in a bundle, with a hop of its own; in a mirror, as a chart.`,
      ),
      ...(furthest === origin ? [] : [`As far as it goes: --to ${furthest.version}`]),
      'liftlock versions shows which versions can be reached.',
    ],
  };
}

function reachedFrom(places: readonly Place[], judge: Judge): readonly Place[] {
  const reached: Place[] = places.slice(0, 1);
  // Hops only go up, so what can reach a place comes before it.
  for (const place of places.slice(1)) if (reached.some((from) => mayHop(from, place, judge))) reached.push(place);
  return reached;
}

function distinctReasons(against: readonly Obstacle[], following: Place): readonly string[] {
  const words = against.flatMap((obstacle): readonly string[] => {
    if (obstacle.kind === 'refused') return [];
    if (obstacle.kind === 'gap')
      return [`${gapWords(obstacle.gap)}, and the next that can be had is ${following.version}`];
    const { versions, landing, standIns, source } = obstacle.stop;
    if (landing !== undefined || standIns.length > 0) return [`${asked(versions, source)}, which cannot be reached`];
    return [`${asked(versions, source)}, and no version of it can be had`];
  });
  return [...new Set(words)];
}

function asked(versions: string, source: string | undefined): string {
  return source === undefined ? `this site stops at ${versions}` : withSource(`${versions} is a required stop`, source);
}

function missingStops(against: readonly Obstacle[]): readonly string[] {
  return against.flatMap((obstacle) =>
    obstacle.kind === 'stop' && obstacle.stop.landing === undefined && obstacle.stop.standIns.length === 0
      ? [obstacle.stop.versions]
      : [],
  );
}
