import type { RouteRuleOf } from '../model/route.ts';
import type { Place } from './places.ts';
import type { RouteMap } from './read-map.ts';
import type { Stop } from './read-stops.ts';

/** What stands against one upgrade from here to there. */
export type Obstacle =
  | { readonly kind: 'stop'; readonly stop: Stop }
  | { readonly kind: 'gap'; readonly gap: RouteRuleOf<'gap'> }
  | { readonly kind: 'refused'; readonly rule: RouteRuleOf<'refuse'> };

/** What one upgrade is judged by. */
export interface Judge extends Pick<RouteMap, 'gaps'> {
  readonly stops: readonly Stop[];
}

/** True where nothing stands against one upgrade from `a` to `b`. Asked for every pair of places. */
export function mayHop(a: Place, b: Place, { stops, gaps }: Judge): boolean {
  if (a.refusedBy !== undefined) return false;
  for (let index = 0; index < stops.length; index += 1) if (isSkipped(a, b, index)) return false;
  return !gaps.some((gap, index) => isExceeded(a, b, gap, index));
}

/** Everything that stands against one upgrade from `a` to `b`; nothing where it may be done. */
export function obstacles(a: Place, b: Place, { stops, gaps }: Judge): readonly Obstacle[] {
  return [
    ...stops.filter((_, index) => isSkipped(a, b, index)).map((stop) => ({ kind: 'stop', stop }) as const),
    ...gaps.filter((gap, index) => isExceeded(a, b, gap, index)).map((gap) => ({ kind: 'gap', gap }) as const),
    ...(a.refusedBy === undefined ? [] : [{ kind: 'refused', rule: a.refusedBy } as const]),
  ];
}

function isSkipped(a: Place, b: Place, stop: number): boolean {
  return a.sides[stop] === -1 && b.sides[stop] === 1;
}

function isExceeded(a: Place, b: Place, gap: RouteRuleOf<'gap'>, index: number): boolean {
  if (a.isFrom[index] !== true || b.isTo[index] !== true) return false;
  const { minors = Infinity, majors = Infinity, count = Infinity } = gap;
  const climbed = a.major === b.major ? b.minor - a.minor : 0;
  return b.major - a.major > majors || climbed > minors || b.line - a.line > count;
}
