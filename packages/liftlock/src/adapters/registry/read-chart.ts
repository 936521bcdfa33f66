import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { parse } from 'yaml';
import { isJsonObject, type Json, type JsonObject } from '../../model/json.ts';
import { exitCodes, isProblem, Problem } from '../../model/problem.ts';
import type { ChartInfo } from '../../model/snapshot.ts';
import { readTar } from './tar-reader.ts';

/** What a chart's archive says of itself. */
export interface ChartContent extends Pick<ChartInfo, 'name' | 'version' | 'appVersion' | 'kubeVersion' | 'values'> {
  /** Charts inside, and those that Chart.yaml names as dependencies: their names, and their aliases, are keys of values. */
  readonly subcharts: readonly string[];
  /** Paths below the chart's folder. */
  readonly files: readonly string[];
}

/** Bytes, unpacked; helm's own limit. */
const sizeLimit = 100 * 1024 * 1024;

/** Reads Chart.yaml and values.yaml of a chart's .tgz. Nothing is unpacked to disk. Throws CHART_BAD (exit 3). */
export function readChart(file: string): ChartContent {
  try {
    return readContent(gunzipSync(readFileSync(file), { maxOutputLength: sizeLimit }));
  } catch (error) {
    if (isProblem(error)) throw error;
    const why = error instanceof Error ? (error.message.split('\n')[0] ?? '') : 'unknown error';
    throw new Problem('CHART_BAD', `The chart archive ${file} cannot be read: ${why}.`, {
      advice: ['Remove the file: it is pulled again.', 'If it comes back the same, ask the vendor.'],
      exitCode: exitCodes.blocked,
      details: { file },
      cause: error,
    });
  }
}

function readContent(archive: Buffer): ChartContent {
  const files: string[] = [];
  const texts = new Map<string, string>();
  let folder: string | undefined;
  for (const { path, content } of readTar(archive)) {
    const slash = path.indexOf('/');
    // helm packs all below one folder; what lies beside it is ignored by helm as well.
    folder ??= slash === -1 ? undefined : path.slice(0, slash);
    if (folder === undefined || !path.startsWith(`${folder}/`)) continue;
    const name = path.slice(folder.length + 1);
    files.push(name);
    if (name === 'Chart.yaml' || name === 'values.yaml') texts.set(name, content.toString('utf8'));
  }
  const metadata = parseMap(texts.get('Chart.yaml'), 'Chart.yaml');
  const { name, version, kubeVersion } = metadata;
  if (typeof name !== 'string' || typeof version !== 'string') throw new Error('its Chart.yaml has no name or version');
  return {
    name,
    version,
    appVersion: scalarText(metadata['appVersion']),
    ...(typeof kubeVersion === 'string' ? { kubeVersion } : {}),
    values: texts.has('values.yaml') ? parseMap(texts.get('values.yaml'), 'values.yaml') : {},
    subcharts: subchartsOf(files, metadata),
    files,
  };
}

function subchartsOf(files: readonly string[], metadata: JsonObject): readonly string[] {
  const names = files.flatMap((file) => /^charts\/([^/]+)\/Chart\.yaml$/.exec(file)?.slice(1) ?? []);
  const dependencies = metadata['dependencies'];
  for (const dependency of Array.isArray(dependencies) ? (dependencies as readonly Json[]) : []) {
    if (isJsonObject(dependency)) names.push(scalarText(dependency['alias'] ?? dependency['name']));
  }
  return [...new Set(names)].filter((name) => name !== '').toSorted();
}

function parseMap(text: string | undefined, file: string): JsonObject {
  if (text === undefined) throw new Error(`it has no ${file}`);
  // helm reads YAML 1.1 (`on` and `yes` are true), but turns it into JSON first: dates stay strings.
  const value = parse(text.replace(/^\uFEFF/, ''), {
    version: '1.1',
    logLevel: 'error',
    maxAliasCount: 1000,
    customTags: (tags) => tags.filter((tag) => typeof tag === 'string' || !/timestamp|binary/.test(tag.tag)),
  }) as Json | undefined;
  if (value === null || value === undefined) return {};
  if (!isJsonObject(value)) throw new Error(`its ${file} is no map`);
  return value;
}

function scalarText(value: Json | undefined): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
