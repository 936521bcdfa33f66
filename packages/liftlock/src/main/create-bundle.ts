import { readFile } from 'node:fs/promises';
import { makeArchives } from '../adapters/files/archives.ts';
import { hasValuesFile, loadValuesFile } from '../adapters/files/platform-catalog.ts';
import { findHelm } from '../adapters/helm/helm-runner.ts';
import { readChart } from '../adapters/registry/read-chart.ts';
import { parseImage } from '../adapters/registry/reference.ts';
import { createBundle, type BundleContent, type CreatedBundle } from '../bundle/create.ts';
import { onDisk } from '../bundle/disk.ts';
import type { WantedImage } from '../bundle/fetch-images.ts';
import { expand } from '../definition/index.ts';
import type { JsonObject } from '../model/json.ts';
import { chartReference, type Component } from '../model/platform.ts';
import type { HelmRunner, Registry } from '../model/ports.ts';
import { exitCodes, Problem } from '../model/problem.ts';
import { withoutUserinfo } from '../model/redaction.ts';
import type { Site } from '../model/site.ts';
import { compareVersions } from '../model/version.ts';
import { applyCarryOver } from '../values/carry-over.ts';
import { mergeValues } from '../values/compare.ts';
import { treeAt } from '../values/value-work.ts';
import { componentOf } from '../facts/crossed-migrations.ts';
import { imageRegistry, imageSource, withDockerLogins, type ImageOrigin } from './bundle-images.ts';
import { availableVersions } from './available-versions.ts';
import { bundleRoute } from './bundle-route.ts';
import { installedPlatform, type InstalledPlatform } from './installed-versions.ts';
import { describeSite, openRegistry, type Described, type OpenParts, type SiteFlags } from './open-site.ts';
import { renderImages } from './render-images.ts';
import { asSiteAsks } from './verified-charts.ts';

/** What a bundle is asked for. */
export interface CreateRequest {
  /** The installed version; read from the site's cluster where absent. */
  readonly from?: string | undefined;
  /** A version, or a constraint such as `~2.19.0`. */
  readonly to: string;
  readonly out: string;
  /** Of the images: `all`, or such as `linux/amd64`. */
  readonly platforms: 'all' | readonly string[];
  /** Of the closed side's API server, where it is not asked. */
  readonly kubernetes?: string | undefined;
  readonly withHelm: boolean;
  readonly dockerConfig?: string | undefined;
  readonly imageOrigins: readonly ImageOrigin[];
}

/** `liftlock bundle create`: needs no cluster where the installed version is said. Nothing is written to any. */
export async function makeBundle(flags: SiteFlags, asked: CreateRequest, parts: OpenParts): Promise<CreatedBundle> {
  const described = await describeSite(flags, parts.environment);
  const helm = await findHelm({ flag: flags.helm, env: parts.environment });
  const installed = asked.from === undefined ? await installedPlatform(described, parts) : undefined;
  const from = asked.from ?? installed?.version;
  if (from === undefined) {
    throw new Problem('BUNDLE_ORIGIN_UNKNOWN', `No release of ${described.platform.metadata.title} was found.`, {
      advice: ['Say which version is installed on the closed side: --from x.y.z'],
      exitCode: exitCodes.usage,
    });
  }
  const say = parts.say ?? (() => undefined);
  const opened = openRegistry(described, parts);
  const { credentials } = opened;
  const registry = asSiteAsks(opened.registry, described, helm);
  const route = await bundleRoute(described, registry, { from, to: asked.to }, parts);
  say(`route: ${[from, ...route.map(({ to }) => to)].join(' -> ')}`);
  const maker = { described, helm, registry, installed, asked, parts, say };
  const { charts, images } = await chartsAndImages(route, maker);
  const content: BundleContent = {
    platform: { name: described.platform.metadata.name, title: described.platform.metadata.title },
    definition: await readFile(described.platformFile, 'utf8'),
    route,
    ...(await publishedUpTo(route.at(-1)?.to ?? '', described, registry)),
    charts,
    images,
    ...(asked.withHelm ? { helm: { version: helm.version, platform: ownPlatform(), file: helm.path } } : {}),
  };
  const logins = await withDockerLogins(asked.dockerConfig, credentials, parts);
  return onDisk(asked.out, () =>
    createBundle(content, {
      out: asked.out,
      platforms: asked.platforms,
      registry: imageRegistry(described, logins, parts),
      placeOf: parseImage,
      archives: makeArchives(),
      say,
    }),
  );
}

/** Later versions say nothing of this route: without them the same bundle is the same bytes for longer. */
async function publishedUpTo(
  target: string,
  described: Described,
  registry: Registry,
): Promise<Pick<BundleContent, 'published'>> {
  const available = await availableVersions(described, registry);
  if (available === undefined || available.isPartial) return {};
  return { published: available.versions.filter((version) => compareVersions(version, target) <= 0) };
}

interface Maker {
  readonly described: Described;
  readonly helm: HelmRunner;
  readonly registry: Registry;
  readonly installed: InstalledPlatform | undefined;
  readonly asked: CreateRequest;
  readonly parts: OpenParts;
  say(text: string): void;
}

/** The charts of every hop, and the images that they render. */
async function chartsAndImages(route: BundleContent['route'], maker: Maker) {
  const { described, registry, installed, asked } = maker;
  const charts: BundleContent['charts'][number][] = [];
  const images = new Map<string, Set<string>>();
  for (const component of described.platform.components) {
    const values = await valuesOf(component, maker);
    for (const hop of route) {
      const reference = chartReference(component.chart);
      const { file } = await registry.pull(reference, await registry.resolve(reference, hop.to));
      const { name, version } = readChart(file);
      charts.push({ component: component.name, name, version, reference: withoutUserinfo(reference), file });
      const rendering = {
        component,
        version: hop.to,
        file,
        values: [values, ...migratedValues(component, values, hop, described)],
        kubernetes: asked.kubernetes ?? installed?.kubernetes,
      };
      for (const image of await renderImages(rendering, described, maker.helm, maker.parts)) {
        const users = images.get(image) ?? new Set();
        images.set(image, users.add(`${component.name} ${hop.to}`));
      }
    }
  }
  const wanted = [...images].map(([name, users]): WantedImage => ({
    name,
    source: imageSource(name, asked.imageOrigins),
    usedBy: [...users].toSorted(),
  }));
  return { charts, images: wanted.toSorted((a, b) => (a.name < b.name ? -1 : 1)) };
}

/** The user's values: files of the site, or the live release's, or a file that was exported on the closed side. */
async function valuesOf(component: Component, { described, installed, say }: Maker): Promise<JsonObject> {
  const { site } = described;
  const folder = site.valuesFrom ?? process.cwd();
  const { files, file } = component.values;
  const isKept = file !== undefined && site.valuesFrom !== undefined && (await hasValuesFile(folder, file));
  const paths = files ?? (isKept ? [file] : []);
  if (paths.length > 0) {
    const read = await Promise.all(paths.map((path) => loadValuesFile(folder, expand(path, site.options))));
    return read.reduce<JsonObject>((merged, { values }) => mergeValues(merged, values), {});
  }
  const live = installed?.values[component.name];
  if (live === undefined) {
    const put = file === undefined ? 'a values file' : file;
    say(
      `${component.name}: no values are known, so its defaults decide which images come along. Put ${put} below --values-from, as liftlock values export writes it.`,
    );
  }
  return live ?? {};
}

/**
 * The values as the migrations of a hop will have them, which may bring other images. Conditions are not asked: what a migration
 * might do is rendered besides, and an image too many does no harm.
 */
function migratedValues(
  component: Component,
  values: JsonObject,
  hop: { readonly from: string; readonly to: string },
  { platform, site }: Described,
): readonly JsonObject[] {
  const crossed = platform.migrations.filter(
    (migration) =>
      componentOf(migration, platform) === component.name &&
      compareVersions(hop.from, migration.crosses) < 0 &&
      compareVersions(migration.crosses, hop.to) <= 0,
  );
  let carried = values;
  for (const { values: own } of crossed) {
    if (own === undefined) continue;
    carried = applyCarryOver(carried, { rules: own.carry, set: treeAt(filled(own.set, site)) });
  }
  return carried === values ? [] : [carried];
}

/** What is not known on this side stays as it is written: it names no image. */
function filled(set: JsonObject, site: Site): JsonObject {
  const text = JSON.stringify(set).replaceAll(
    /\{(inputs|options)\.(\w+)\}/g,
    (whole, group: 'inputs' | 'options', name: string) => {
      const value = site[group][name];
      return value === undefined ? whole : JSON.stringify(value).slice(1, -1);
    },
  );
  return JSON.parse(text) as JsonObject;
}

/** As helm's own downloads name it. */
export function ownPlatform(): string {
  const architecture = process.arch === 'x64' ? 'amd64' : process.arch;
  return `${process.platform}-${architecture}`;
}
