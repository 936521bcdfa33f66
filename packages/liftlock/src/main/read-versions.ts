import { connectCluster } from '../adapters/cluster/connect.ts';
import type { Facts } from '../model/fact.ts';
import type { ClusterReader } from '../model/ports.ts';
import type { SiteVersions, VersionRoute } from '../model/site-versions.ts';
import { compareVersions, isPreRelease, newestIn } from '../model/version.ts';
import { originsOf } from '../facts/origins.ts';
import type { RouteAnswer, RouteNotice } from '../route/question.ts';
import { newestPatches } from '../route/read-map.ts';
import { readFacts } from '../snapshot/read-facts.ts';
import { availableVersions } from './available-versions.ts';
import { componentStatus, placedComponents, type PlacedComponent } from './component-status.ts';
import { lowestVersion, routesFrom } from './find-route.ts';
import { describeSite, openRegistry, type Described, type OpenParts, type SiteFlags } from './open-site.ts';

/**
 * Installed, available and reachable versions, with the route to each. Nothing is written.
 * @param isAll every patch and pre-release, and what is older; else the newest patch of each newer minor version
 */
export async function readVersions(flags: SiteFlags, parts: OpenParts, isAll: boolean): Promise<SiteVersions> {
  const described = await describeSite(flags, parts.environment);
  const { site, platform, namespace } = described;
  const { kubeconfig, context } = site.cluster;
  const connection = await connectCluster({ kubeconfig, context, env: parts.environment, redactor: parts.redactor });
  try {
    const { reader } = connection;
    const [placed, available] = await Promise.all([
      placedComponents(reader, platform, namespace),
      availableVersions(described, openRegistry(described, parts).registry),
    ]);
    for (const { release } of placed) parts.redactor.learnValues(release?.values ?? {});
    const installed = originsOf(
      placed.map(({ component, release }) => ({ name: component.name, release })),
      [],
    );
    const from = lowestVersion(Object.values(installed));
    const facts = await routeFacts(described, reader, placed);
    const newest = newestIn('*', available?.versions ?? []);
    const routeTo = from === undefined ? undefined : routesFrom({ platform, site, installed, facts, from }, available);
    return {
      platform: platform.metadata.title,
      site: site.metadata.name,
      server: reader.server,
      namespace,
      components: placed.map((item) => componentStatus(item, newest)),
      ...(from === undefined ? {} : { from }),
      ...(available === undefined ? {} : { available: whereOf(described) }),
      versions: shown(available?.versions ?? [], from, isAll).map((version) => routeOf(version, from, routeTo)),
    };
  } finally {
    connection.close();
  }
}

function whereOf({ site, platform }: Described): SiteVersions['available'] {
  if (site.charts !== undefined) return 'folder';
  return platform.components.some(({ chart }) => chart.repo !== undefined) ? 'index' : 'registry';
}

/** Facts are read only where a stop rests on one. */
async function routeFacts(
  { platform, site, namespace }: Described,
  reader: ClusterReader,
  placed: readonly PlacedComponent[],
): Promise<Facts> {
  if (!platform.routes.some((rule) => rule.kind === 'stop' && rule.when !== undefined)) return {};
  const components = placed.map(({ component, release }) => ({
    name: component.name,
    release,
    valuesFiles: [],
    workloads: [],
  }));
  return (await readFacts({ platform, site, namespace, reader, components })).facts;
}

function shown(versions: readonly string[], from: string | undefined, isAll: boolean): readonly string[] {
  const newestFirst = (some: readonly string[]) => some.toSorted((a, b) => compareVersions(b, a));
  if (isAll) return newestFirst(versions);
  const newest = newestPatches(versions.filter((version) => !isPreRelease(version)));
  const here = versions.filter((version) => from !== undefined && compareVersions(version, from) === 0);
  return newestFirst([...new Set([...newest, ...here])]).filter(
    (version) => from === undefined || compareVersions(version, from) >= 0,
  );
}

function routeOf(
  version: string,
  from: string | undefined,
  routeTo: ((version: string) => RouteAnswer) | undefined,
): VersionRoute {
  if (from === undefined || routeTo === undefined) return { version, stands: 'available', hops: [], decisions: [] };
  const order = compareVersions(version, from);
  if (order <= 0) return { version, stands: order === 0 ? 'installed' : 'older', hops: [], decisions: [] };
  const answer = routeTo(version);
  if ('refusal' in answer) {
    return { version, stands: 'unreachable', hops: [], decisions: [], refusal: answer.refusal };
  }
  return {
    version,
    stands: 'reachable',
    hops: answer.hops,
    decisions: answer.notices.flatMap(decisionOf),
  };
}

function decisionOf(notice: RouteNotice): readonly string[] {
  if (notice.kind === 'silent-origin') return [`origin:${notice.id}`];
  return notice.kind === 'unsure-gap' ? [`gap:${notice.to}`] : [];
}
