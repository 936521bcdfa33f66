import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import type { PrivateHelm } from '../codemie/helm.ts';
import type { PackedChart } from '../codemie/packing.ts';

const sources = join(import.meta.dirname, 'chart');

/** The versions that differ. Any other `x.y.z` packs as the nearest lower one. */
export const coderVersions = ['1.15.3', '1.16.1', '1.29.1', '1.44.3'] as const;

/** What one packed chart is to be, besides its version. */
export interface PackOptions {
  /** Laid over the chart's defaults. */
  readonly values?: Readonly<Record<string, unknown>> | undefined;
  /** Files to add or replace, by path below the chart's folder. */
  readonly files?: Readonly<Record<string, string>> | undefined;
}

/** Packs the stand-in chart in one version into `folder`. */
export async function packCoder(
  helm: PrivateHelm,
  version: string,
  folder: string,
  options: PackOptions = {},
): Promise<PackedChart> {
  return await packLayered(helm, { chart: 'coder', sources }, version, folder, options);
}

/** Packs a chart whose folders hold what changed with a version, up to the version that is asked for. */
export async function packLayered(
  helm: PrivateHelm,
  from: { readonly chart: string; readonly sources: string },
  version: string,
  folder: string,
  options: PackOptions = {},
): Promise<PackedChart> {
  const staging = await mkdtemp(join(helm.home, `${from.chart}-`));
  const chart = join(staging, from.chart);
  for (const layer of await layersUpTo(from.sources, version)) await lay(join(from.sources, layer), chart);
  if (options.values !== undefined) {
    const file = join(chart, 'values.yaml');
    const values = merge(parse(await readFile(file, 'utf8')), options.values);
    await writeFile(file, stringify(values));
  }
  for (const [path, text] of Object.entries(options.files ?? {})) await writeFile(join(chart, path), text);
  await mkdir(folder, { recursive: true });
  await helm.run(['package', chart, '--version', version, '--app-version', version, '--destination', folder]);
  await rm(staging, { recursive: true });
  return { chart: from.chart, version, file: join(folder, `${from.chart}-${version}.tgz`) };
}

/** Folders of the chart's changes, oldest first: `1.16` holds what changed with 1.16. */
async function layersUpTo(folder: string, version: string): Promise<readonly string[]> {
  const compare = (left: string, right: string) => left.localeCompare(right, 'en', { numeric: true });
  const layers = (await readdir(folder)).toSorted(compare);
  return layers.filter((layer) => compare(layer, version) <= 0);
}

async function lay(source: string, target: string): Promise<void> {
  await cp(source, target, { recursive: true });
  const list = join(target, 'removed');
  const removed = await readFile(list, 'utf8').catch(() => '');
  for (const path of [...removed.split('\n').filter((line) => line !== ''), 'removed'])
    await rm(join(target, path), { force: true });
}

function merge(base: unknown, change: unknown): unknown {
  if (!isMap(base) || !isMap(change)) return change;
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(change)) merged[key] = merge(base[key], value);
  return merged;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
