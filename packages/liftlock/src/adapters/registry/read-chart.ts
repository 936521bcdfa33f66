import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { parseDocument } from 'yaml';
import { dependenciesOf, parseSchema, type ChartContent } from '../../model/chart-content.ts';
import { isJsonObject, type Json, type JsonObject } from '../../model/json.ts';
import { exitCodes, isProblem, Problem } from '../../model/problem.ts';
import type { ChartInfo } from '../../model/snapshot.ts';
import { yamlData } from '../../model/yaml-data.ts';
import { readTar } from './tar-reader.ts';

/** What a chart's archive says of itself. */
export interface ChartReading extends Pick<ChartInfo, 'name' | 'version' | 'appVersion' | 'kubeVersion' | 'values'> {
  /** Charts inside, and those that Chart.yaml names as dependencies: their names, and their aliases, are keys of values. */
  readonly subcharts: readonly string[];
  /** Paths below the chart's folder. */
  readonly files: readonly string[];
  readonly content: ChartContent;
}

/** Bytes, unpacked; helm's own limit. */
const sizeLimit = 100 * 1024 * 1024;

/** Reads Chart.yaml and values.yaml of a chart's .tgz. Nothing is unpacked to disk. Throws CHART_BAD (exit 3). */
export function readChart(file: string): ChartReading {
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

function readContent(archive: Buffer): ChartReading {
  const files = filesOf(archive);
  const text = (name: string) => files.get(name)?.toString('utf8');
  const metadata = parseMap(text('Chart.yaml'), 'Chart.yaml');
  const { name, version, kubeVersion } = metadata;
  if (typeof name !== 'string' || typeof version !== 'string') throw new Error('its Chart.yaml has no name or version');
  const values = files.has('values.yaml') ? parseMap(text('values.yaml'), 'values.yaml') : {};
  const names = [...files.keys()];
  return {
    name,
    version,
    appVersion: scalarText(metadata['appVersion']),
    ...(typeof kubeVersion === 'string' ? { kubeVersion } : {}),
    values,
    subcharts: subchartsOf(names, metadata),
    files: names,
    content: contentOf(files, metadata, values),
  };
}

/** Files by their path below the chart's folder. */
function filesOf(archive: Buffer): ReadonlyMap<string, Buffer> {
  const files = new Map<string, Buffer>();
  let folder: string | undefined;
  for (const { path, content } of readTar(archive)) {
    const slash = path.indexOf('/');
    // helm packs all below one folder; what lies beside it is ignored by helm as well.
    folder ??= slash === -1 ? undefined : path.slice(0, slash);
    if (folder === undefined || !path.startsWith(`${folder}/`)) continue;
    files.set(path.slice(folder.length + 1), content);
  }
  return files;
}

/** Templates are texts; what is no text holds no template marks that count. */
function contentOf(files: ReadonlyMap<string, Buffer>, metadata: JsonObject, values: JsonObject): ChartContent {
  const own = [...files].filter(([path]) => !path.startsWith('charts/'));
  const texts = own.map(([path, content]) => ({ path, text: content.toString('utf8') }));
  const schema = parseSchema(files.get('values.schema.json')?.toString('utf8') ?? '');
  return {
    name: scalarText(metadata['name']),
    values,
    ...(schema === undefined ? {} : { schema }),
    templates: texts.filter(({ path }) => path.startsWith('templates/')),
    crds: texts.filter(({ path }) => path.startsWith('crds/')),
    files: texts.filter(({ path, text }) => !notRendered.test(path) && text.includes('{{')),
    dependencies: dependenciesOf(metadata['dependencies']),
    subcharts: subcharts(files),
  };
}

const notRendered = /^(templates\/|crds\/|Chart\.|values\.|README|\.helmignore)/;

/** Charts below `charts/`, as folders or packed; one that cannot be read is left out: helm says so itself. */
function subcharts(files: ReadonlyMap<string, Buffer>): readonly ChartContent[] {
  const folders = new Map<string, Map<string, Buffer>>();
  for (const [path, content] of files) {
    const [, folder, rest] = /^charts\/([^/]+)\/(.+)$/s.exec(path) ?? [];
    const packed = /^charts\/([^/]+\.tgz)$/.exec(path)?.[1];
    if (packed !== undefined) folders.set(packed, new Map(unpacked(content)));
    if (folder === undefined || rest === undefined) continue;
    folders.set(folder, (folders.get(folder) ?? new Map<string, Buffer>()).set(rest, content));
  }
  return [...folders.values()].flatMap((inner) => {
    try {
      const metadata = parseMap(inner.get('Chart.yaml')?.toString('utf8'), 'Chart.yaml');
      const values = inner.get('values.yaml')?.toString('utf8');
      return [contentOf(inner, metadata, values === undefined ? {} : parseMap(values, 'values.yaml'))];
    } catch {
      return [];
    }
  });
}

function unpacked(archive: Buffer): ReadonlyMap<string, Buffer> {
  try {
    return filesOf(gunzipSync(archive, { maxOutputLength: sizeLimit }));
  } catch {
    return new Map();
  }
}

function subchartsOf(files: readonly string[], metadata: JsonObject): readonly string[] {
  const names = files.flatMap((file) => /^charts\/([^/]+)\/Chart\.yaml$/.exec(file)?.slice(1) ?? []);
  const dependencies = metadata['dependencies'];
  for (const dependency of Array.isArray(dependencies) ? (dependencies as readonly Json[]) : []) {
    if (isJsonObject(dependency)) names.push(scalarText(dependency['alias'] ?? dependency['name']));
  }
  return [...new Set(names)].filter((name) => name !== '').toSorted();
}

/** Umbrella charts have values of some 10,000 lines. */
const limits = { levels: 200, values: 1_000_000, aliases: 1000 };

function parseMap(text: string | undefined, file: string): JsonObject {
  if (text === undefined) throw new Error(`it has no ${file}`);
  // helm reads YAML 1.1 (`on` and `yes` are true), but turns it into JSON first: dates stay strings.
  const document = parseDocument(text.replace(/^\uFEFF/, ''), {
    version: '1.1',
    logLevel: 'error',
    customTags: (tags) => tags.filter((tag) => typeof tag === 'string' || !/timestamp|binary/.test(tag.tag)),
  });
  const [error] = document.errors;
  if (error !== undefined) throw new Error(`its ${file} is no YAML (${error.code})`);
  const value = yamlData(document, limits) as Json | undefined;
  if (value === null || value === undefined) return {};
  if (!isJsonObject(value)) throw new Error(`its ${file} is no map`);
  return value;
}

function scalarText(value: Json | undefined): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
