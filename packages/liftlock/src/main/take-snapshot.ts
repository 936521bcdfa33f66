import { readCertificate } from '../adapters/files/read-certificate.ts';
import { sourceOf } from '../adapters/registry/reference.ts';
import { readChart } from '../adapters/registry/read-chart.ts';
import type { Component } from '../model/platform.ts';
import type { ChartInfo, Snapshot, ValuesFile } from '../model/snapshot.ts';
import { readHealth } from '../run/health.ts';
import { pullCharts, readSnapshot } from '../snapshot/read-snapshot.ts';
import { commandFile } from './console-command.ts';
import type { OpenSite } from './open-site.ts';

/** Digests of charts that were pinned before, by the reference that the definition has of each. */
export type ChartPins = Readonly<Record<string, string>>;

/**
 * Reads the site, as a snapshot; nothing is written to the cluster.
 * @param purpose the way back needs neither charts nor values files nor the key: helm keeps what it goes back to
 * @param pins charts that are pulled as they were pinned, whatever their version means by now
 */
export async function takeSnapshot(
  site: OpenSite,
  target: string,
  purpose: 'upgrade' | 'rollback' = 'upgrade',
  pins: ChartPins = {},
): Promise<Snapshot> {
  const isUpgrade = purpose === 'upgrade';
  if (isUpgrade) await site.checkValues();
  return readSnapshot({
    platform: site.platform,
    site: site.site,
    namespace: site.namespace,
    target,
    reader: site.reader,
    helm: site.helm,
    redactor: site.redactor,
    rememberedUid: site.site.cluster.uid ?? site.memory.clusterUid,
    osUser: site.osUser,
    now: site.clock.now(),
    key: isUpgrade ? await site.key() : undefined,
    pullChart: isUpgrade ? (reference, version) => pullChart(site, reference, version, pins) : undefined,
    loadValues: async (component) => (isUpgrade ? loadValuesOf(component, site) : []),
    repositories:
      isUpgrade &&
      site.site.charts === undefined &&
      site.platform.components.some(({ chart }) => chart.repo !== undefined)
        ? site.repositories
        : undefined,
    readCertificate: (file) => readCertificate(site.place(file)),
    readHealth,
  });
}

/** The operator's files, in order, or the console's command; undefined where the live values are carried and no file of that name overrides them. */
async function loadValuesOf(component: Component, site: OpenSite): Promise<readonly ValuesFile[] | undefined> {
  const { values } = component;
  const command = commandFile(component, site.site);
  if (command !== undefined) return [await site.loadValues(command)];
  const own =
    values.files ?? (values.file !== undefined && (await site.hasValues(values.file)) ? [values.file] : undefined);
  return own === undefined ? undefined : Promise.all(own.map((path) => site.loadValues(path)));
}

/** A snapshot with the charts of another version: what a hop of the route is planned from. */
export async function withCharts(site: OpenSite, snapshot: Snapshot, target: string): Promise<Snapshot> {
  if (snapshot.components.every(({ chart }) => chart?.version === target)) return snapshot;
  const charts = await pullCharts({
    platform: site.platform,
    target,
    pullChart: (reference, version) => pullChart(site, reference, version),
  });
  return {
    ...snapshot,
    components: snapshot.components.map((component, index) => ({ ...component, chart: charts[index] })),
  };
}

async function pullChart(site: OpenSite, reference: string, version: string, pins: ChartPins = {}): Promise<ChartInfo> {
  const digest = pins[reference] ?? (await site.registry.resolve(reference, version));
  const { file, source: archive } = await site.registry.pull(reference, digest);
  const content = readChart(file);
  const listing = await site.registry.listing(reference);
  const source = archive ?? sourceOf(reference, site.site.mirrors);
  return { ...content, reference, source, digest, file, ...(listing === undefined ? {} : { index: listing.index }) };
}
