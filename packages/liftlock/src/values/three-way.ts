import { jsonAt, type Json, type JsonObject } from '../model/json.ts';
import type { CarriedValue } from '../model/plan.ts';
import type { ThreeWayRow } from '../model/three-way-row.ts';
import { changedPaths, splitPath } from './compare.ts';
import { patternOf, readPattern } from './value-path.ts';

export interface ThreeSides {
  readonly former: JsonObject;
  readonly yours: JsonObject;
  readonly now: JsonObject;
  /** What becomes of the user's values, where the plan carries them over. */
  readonly carried?: readonly CarriedValue[] | undefined;
}

/**
 * The user's values between the defaults of the chart that is installed and those of the new one, and defaults that change below
 * them, in alphabetical order.
 * @param options.all also defaults that change where nobody has set anything
 */
export function threeWay(
  { former, yours, now, carried = [] }: ThreeSides,
  options: { readonly all: boolean },
): readonly ThreeWayRow[] {
  const fates = new Map(carried.map((value) => [value.path, value]));
  const own = changedPaths({}, yours).map(({ path: dotted, after }): ThreeWayRow => {
    const keys = splitPath(dotted);
    const path = patternOf(keys);
    const fate = fates.get(path);
    const to = fate?.to;
    return {
      path,
      ...sideOf('former', jsonAt(former, keys)),
      ...sideOf('yours', after),
      ...sideOf('now', jsonAt(now, to === undefined ? keys : readPattern(to).keys)),
      ...(fate === undefined ? {} : { becomes: fate.becomes }),
      ...(to === undefined ? {} : { to }),
    };
  });
  if (!options.all) return own;
  const shown = new Set(own.map(({ path }) => path));
  const others = changedPaths(former, now)
    .map(({ path, before, after }) => ({
      path: patternOf(splitPath(path)),
      ...sideOf('former', before),
      ...sideOf('now', after),
    }))
    .filter(({ path }) => !shown.has(path));
  return [...own, ...others].toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

function sideOf<K extends string>(name: K, value: Json | undefined): { readonly [key in K]?: Json } {
  return value === undefined ? {} : ({ [name]: value } as { readonly [key in K]: Json });
}
