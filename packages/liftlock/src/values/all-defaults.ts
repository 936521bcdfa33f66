import type { ChartContent } from '../model/chart-content.ts';
import type { JsonObject } from '../model/json.ts';
import { mergeValues } from './compare.ts';

/** Defaults of a chart with those of its subcharts below their names, as helm keeps them with a revision: the parent's win. */
export function allDefaults(chart: ChartContent): JsonObject {
  // Source: helm pkg/chartutil, processImportValues: without declared dependencies nothing is merged.
  if (chart.dependencies.length === 0) return chart.values;
  const inner = chart.subcharts.flatMap((subchart): readonly JsonObject[] => {
    const declared = chart.dependencies.filter(({ name }) => name === subchart.name);
    const names = declared.length === 0 ? [subchart.name] : declared.map(({ name, alias }) => alias ?? name);
    return names.map((name) => ({ [name]: allDefaults(subchart) }));
  });
  return [...inner, chart.values].reduce<JsonObject>(mergeValues, {});
}
