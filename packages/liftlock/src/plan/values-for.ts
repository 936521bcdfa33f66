import type { Decision } from '../model/finding.ts';
import { jsonAt, type Json, type JsonObject } from '../model/json.ts';
import type { CarriedValue, Plan } from '../model/plan.ts';
import type { ComponentSnapshot } from '../model/snapshot.ts';
import type { CarryOver } from '../model/step.ts';
import { applyCarryOver } from '../values/carry-over.ts';
import { chartKeys } from '../values/chart-keys.ts';
import { mergeValues, splitPath } from '../values/compare.ts';
import { settleValues, type SettledValues, type ValueWork } from '../values/settle-values.ts';

/** The live keys of a component that someone decided to keep: `keep:COMPONENT:PATH`. */
export function keptPaths(component: string, decisions: readonly Decision[]): readonly string[] {
  const prefix = `keep:${component}:`;
  return decisions
    .map((decision) => decision.remedy)
    .filter((id) => id.startsWith(prefix))
    .map((id) => id.slice(prefix.length))
    .toSorted();
}

/** The kept live values as a tree of their own, merged over the files. */
export function keptValues(live: JsonObject, paths: readonly string[]): JsonObject {
  let kept: JsonObject = {};
  for (const path of paths) {
    const keys = splitPath(path);
    const value = jsonAt(live, keys);
    if (value === undefined) continue;
    kept = mergeValues(kept, keys.reduceRight<Json>((inner, key) => ({ [key]: inner }), value) as JsonObject);
  }
  return kept;
}

/** What helm will be given: the files in order, then the kept keys, carried over to the new chart where the plan does so. */
export function valuesFor(snapshot: ComponentSnapshot, keep: readonly string[], carryOver?: CarryOver): JsonObject {
  const files = snapshot.valuesFiles.reduce<JsonObject>((merged, file) => mergeValues(merged, file.values), {});
  const given = mergeValues(files, keptValues(snapshot.release?.values ?? {}, keep));
  return carryOver === undefined ? given : applyCarryOver(given, carryOver);
}

/** Decides about every value that a hop's migrations carry over to another chart. */
export function settledFor(
  snapshot: ComponentSnapshot,
  work: ValueWork,
  { keep, decisions }: { readonly keep: readonly string[]; readonly decisions: readonly Decision[] },
): SettledValues {
  const { name, release, chart } = snapshot;
  const given = valuesFor(snapshot, keep);
  const live = release?.values ?? {};
  const hasKeptName = release?.installed?.chart === chart?.name;
  // What templates read tells nothing where the chart is another one: the same key may mean something else there.
  const keys =
    hasKeptName && chart?.content !== undefined
      ? {
          now: chartKeys(chart.content, applyCarryOver(given, work)).reads,
          before:
            release?.chartContent === undefined
              ? () => 'unknown' as const
              : chartKeys(release.chartContent, live).reads,
        }
      : undefined;
  const isForNew = snapshot.valuesFiles.some(({ isCommand }) => isCommand === true);
  const defaults = release?.chartValues;
  return settleValues({ component: name, work, given, live, defaults, keys, decisions, isForNew });
}

/** How a plan carries values over, and what becomes of each, by component. */
export function carriedOf({
  components,
  steps,
}: Plan): Readonly<Record<string, { readonly carryOver: CarryOver; readonly values: readonly CarriedValue[] }>> {
  return Object.fromEntries(
    components.flatMap(({ name, carried: values }) => {
      const carryOver = steps.find((step) => step.id === `${name}/upgrade` && step.kind === 'helm-upgrade');
      if (values === undefined || carryOver?.kind !== 'helm-upgrade' || carryOver.carryOver === undefined) return [];
      return [[name, { carryOver: carryOver.carryOver, values }]];
    }),
  );
}
