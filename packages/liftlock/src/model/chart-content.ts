import { isJsonObject, jsonAt, type Json, type JsonObject } from './json.ts';

/** One text of a chart, by its path below the chart's folder. */
export interface ChartText {
  readonly path: string;
  readonly text: string;
}

/** One entry of `dependencies` in Chart.yaml. */
export interface ChartDependency {
  readonly name: string;
  readonly alias?: string | undefined;
  /** Paths of values that turn it on, the first that is set wins; `tags` do so together. */
  readonly conditions: readonly string[];
  readonly tags: readonly string[];
  /** Paths below the subchart's values that the parent takes over. */
  readonly imports: readonly string[];
}

/** What a chart does with its values: enough to tell which keys it reads. No part of a plan or a journal. */
export interface ChartContent {
  readonly name: string;
  readonly values: JsonObject;
  readonly schema?: JsonObject | undefined;
  /** Below `templates/`. */
  readonly templates: readonly ChartText[];
  /** Below `crds/`: what helm installs with the first revision and never touches again. */
  readonly crds?: readonly ChartText[] | undefined;
  /** Other texts that hold template marks: a template may read them by `.Files` and render them. */
  readonly files: readonly ChartText[];
  readonly dependencies: readonly ChartDependency[];
  /** Charts below `charts/`. helm's records hold none of them, so that what they read is not known of an installed chart. */
  readonly subcharts: readonly ChartContent[];
}

/** `dependencies` of Chart.yaml; what is no list of maps counts as none. */
export function dependenciesOf(list: Json | undefined): readonly ChartDependency[] {
  return items(list)
    .filter(isJsonObject)
    .flatMap((item) => {
      const { name, alias, condition } = item;
      if (typeof name !== 'string') return [];
      const conditions = typeof condition === 'string' ? condition.split(',').map((path) => path.trim()) : [];
      return [
        {
          name,
          ...(typeof alias === 'string' && alias !== '' ? { alias } : {}),
          conditions: conditions.filter((path) => path !== ''),
          tags: items(item['tags']).filter((tag) => typeof tag === 'string'),
          imports: items(item['import-values']).flatMap(importedPath),
        },
      ];
    });
}

/** `child` of a map; a bare word is a key of the subchart's `exports`. */
function importedPath(entry: Json): readonly string[] {
  if (typeof entry === 'string') return [`exports.${entry}`];
  const child = jsonAt(entry, ['child']);
  return typeof child === 'string' ? [child] : [];
}

function items(list: Json | undefined): readonly Json[] {
  return Array.isArray(list) ? (list as readonly Json[]) : [];
}

/** The schema of values as JSON; undefined where it is none: helm says so when it renders. */
export function parseSchema(text: string): JsonObject | undefined {
  try {
    const schema = JSON.parse(text) as Json;
    return isJsonObject(schema) ? schema : undefined;
  } catch {
    return undefined;
  }
}
