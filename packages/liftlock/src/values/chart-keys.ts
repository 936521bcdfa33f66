import type { ChartContent } from '../model/chart-content.ts';
import { isJsonObject, jsonAt, type Json, type JsonObject } from '../model/json.ts';
import { readPlaces, type ReadPlaces, type RenderedText } from './read-values.ts';
import { allowsPath, schemaPaths } from './schema-keys.ts';
import type { ValuePath } from './template-values.ts';

/** The keys of values that a chart and its subcharts know. */
export interface ChartKeys {
  /** `no`: neither defaults, nor schema, nor templates have it; `unknown`: what would tell is not at hand. */
  reads(path: ValuePath): 'yes' | 'no' | 'unknown';
  /** Every key that is known to be read, written out: where a key that moved may have gone. */
  readonly paths: readonly ValuePath[];
}

/** One chart with the place where its values stand in the user's. */
interface PlacedChart {
  readonly at: ValuePath;
  readonly chart: ChartContent;
}

/**
 * What a chart reads, from its defaults, its schema and its templates.
 * @param values what it would be given: texts among them may be templates themselves
 */
export function chartKeys(content: ChartContent, values: JsonObject): ChartKeys {
  const charts = placed(content, []);
  const closed = charts.flatMap(({ at, chart }) => absentCharts(chart).map((name) => [...at, name]));
  const texts: RenderedText[] = charts.flatMap(({ at, chart }) => [
    ...[...chart.templates, ...chart.files].map(({ text }) => ({ at, text })),
    ...templatesIn(chart.values).map((text) => ({ at, text })),
  ]);
  texts.push(...charts.flatMap(({ at }) => templatesIn(values).map((text) => ({ at, text }))));
  const places = placesOf(texts, charts);
  if (places === undefined) return { reads: () => 'unknown', paths: [] };
  const exact = new Set<string>();
  for (const path of places.exact) for (let end = path.length; end > 0; end -= 1) exact.add(key(path.slice(0, end)));
  for (const path of places.whole) for (let end = path.length; end > 0; end -= 1) exact.add(key(path.slice(0, end)));
  const whole = new Set(places.whole.map(key));
  const isRead = (path: ValuePath) => {
    if (exact.has(key(path))) return true;
    for (let end = path.length; end >= 0; end -= 1) if (whole.has(key(path.slice(0, end)))) return true;
    return charts.some(({ at, chart }) => isBelow(path, at) && isDeclared(chart, path.slice(at.length)));
  };
  return {
    reads: (path) => {
      if (isRead(path)) return 'yes';
      // Parents may know keys of a subchart that is not at hand; the subchart may know any other.
      return closed.some((at) => isBelow(path, at) || path[0] === 'global') ? 'unknown' : 'no';
    },
    paths: [
      ...places.exact,
      ...places.whole,
      ...charts.flatMap(({ at, chart }) =>
        [...leavesOf(chart.values), ...schemaPaths(chart.schema)].map((path) => [...at, ...path]),
      ),
    ],
  };
}

/** Paths of all leaves of a tree of values: lists are leaves, empty maps and nulls say nothing. */
export function leavesOf(values: JsonObject, at: ValuePath = []): readonly ValuePath[] {
  return Object.entries(values).flatMap(([name, value]) => {
    if (value === null || value === undefined) return [];
    return isJsonObject(value) ? leavesOf(value, [...at, name]) : [[...at, name]];
  });
}

/** Templates that nobody can parse, or that are too involved, tell nothing. */
function placesOf(texts: readonly RenderedText[], charts: readonly PlacedChart[]): ReadPlaces | undefined {
  try {
    const { exact, whole } = readPlaces(
      texts,
      charts.map(({ at }) => at),
    );
    return {
      exact: [...exact, ...charts.flatMap(({ at, chart }) => switches(chart).map((path) => [...at, ...path]))],
      whole: [
        ...whole,
        ['tags'],
        ...charts.flatMap(({ at, chart }) => imported(chart).map((path) => [...at, ...path])),
      ],
    };
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof RangeError) return undefined;
    throw error;
  }
}

/** A chart's subcharts under the names that its values have for them. */
function placed(chart: ChartContent, at: ValuePath): readonly PlacedChart[] {
  const inner = chart.subcharts.flatMap((subchart) => {
    const declared = chart.dependencies.filter(({ name }) => name === subchart.name);
    const names = declared.length === 0 ? [subchart.name] : declared.map(({ name, alias }) => alias ?? name);
    return [...new Set(names)].flatMap((name) => placed(subchart, [...at, name]));
  });
  return [{ at, chart }, ...inner];
}

/** Dependencies whose charts are not in the archive, or not in helm's record. */
function absentCharts({ dependencies, subcharts }: ChartContent): readonly string[] {
  return dependencies
    .filter(({ name }) => !subcharts.some((subchart) => subchart.name === name))
    .map(({ name, alias }) => alias ?? name);
}

function switches({ dependencies }: ChartContent): readonly ValuePath[] {
  return dependencies.flatMap(({ conditions }) => conditions.map((path) => path.split('.')));
}

function imported({ dependencies }: ChartContent): readonly ValuePath[] {
  return dependencies.flatMap(({ name, alias, imports }) => imports.map((path) => [alias ?? name, ...path.split('.')]));
}

function isDeclared({ values, schema }: ChartContent, path: ValuePath): boolean {
  return jsonAt(values, path) !== undefined || allowsPath(schema, path);
}

function isBelow(path: ValuePath, at: ValuePath): boolean {
  return at.every((name, index) => path[index] === name);
}

/** Texts of values that hold template marks: charts may render them by `tpl`. */
function templatesIn(value: Json | undefined): readonly string[] {
  if (typeof value === 'string') return value.includes('{{') && isTemplate(value) ? [value] : [];
  if (Array.isArray(value)) return (value as readonly Json[]).flatMap(templatesIn);
  return isJsonObject(value) ? Object.values(value).flatMap(templatesIn) : [];
}

/** Other languages have the same marks: dashboards, alert rules. */
function isTemplate(text: string): boolean {
  return /\.Values\b/.test(text);
}

function key(path: ValuePath): string {
  return JSON.stringify(path);
}
