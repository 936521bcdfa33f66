import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse, parseDocument } from 'yaml';
import type { Document } from 'yaml';
import { components } from './components.ts';
import { decoys } from './decoys.ts';
import { eachAtOnce } from './helm.ts';
import type { PrivateHelm } from './helm.ts';

const here = import.meta.dirname;

/** A chart packed as a file. */
export interface PackedChart {
  readonly chart: string;
  readonly version: string;
  /** Path of the `.tgz`. */
  readonly file: string;
}

/** Packs the five charts, or those named, in one version into `folder`. */
export async function packCharts(
  helm: PrivateHelm,
  version: string,
  folder: string,
  charts: readonly string[] = components.map((component) => component.chart),
): Promise<PackedChart[]> {
  const staging = join(helm.home, `charts-${version}`);
  await eachAtOnce(charts, 4, async (chart) => stageChart(chart, version, join(staging, chart)));
  await mkdir(folder, { recursive: true });
  const sources = charts.map((chart) => join(staging, chart));
  await helm.run(['package', ...sources, '--version', version, '--app-version', version, '--destination', folder]);
  await rm(staging, { recursive: true });
  return charts.map((chart) => ({ chart, version, file: join(folder, `${chart}-${version}.tgz`) }));
}

/** Packs the charts of the decoys into `folder`. */
export async function packDecoys(helm: PrivateHelm, folder: string): Promise<PackedChart[]> {
  await mkdir(folder, { recursive: true });
  return await eachAtOnce(decoys, 2, async ({ chart, version, values }) => {
    const source = join(helm.home, 'decoys', chart);
    await cp(join(here, 'decoys', 'chart'), source, { recursive: true });
    await editYaml(join(source, 'Chart.yaml'), (document) => document.set('name', chart));
    await editYaml(join(source, 'values.yaml'), (document) => overlay(document, values));
    await helm.run(['package', source, '--version', version, '--app-version', version, '--destination', folder]);
    return { chart, version, file: join(folder, `${chart}-${version}.tgz`) };
  });
}

/** Copies a chart's source and lays the changes of all versions up to this one over its values. */
async function stageChart(chart: string, version: string, target: string): Promise<void> {
  const source = join(here, 'charts', chart);
  await cp(source, target, { recursive: true, filter: (path) => !path.endsWith('versions.yaml') });
  const changes: unknown = parse(await readFile(join(source, 'versions.yaml'), 'utf8'));
  if (!isMap(changes)) throw new Error(`versions.yaml of ${chart} is no map`);
  await editYaml(join(target, 'values.yaml'), (document) => {
    for (const [since, change] of Object.entries(changes)) {
      if (compareVersions(since, version) <= 0) overlay(document, change);
    }
  });
}

async function editYaml(path: string, edit: (document: Document.Parsed) => void): Promise<void> {
  const document = parseDocument(await readFile(path, 'utf8'));
  edit(document);
  await writeFile(path, document.toString({ lineWidth: 0 }));
}

function overlay(document: Document.Parsed, change: unknown, path: readonly string[] = []): void {
  if (!isMap(change)) {
    document.setIn(path, change);
    return;
  }
  for (const [key, value] of Object.entries(change)) overlay(document, value, [...path, key]);
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function compareVersions(left: string, right: string): number {
  return left.localeCompare(right, 'en', { numeric: true });
}
