import { nearestWord } from '../definition/index.ts';
import type { Decision, Finding } from '../model/finding.ts';
import { Problem } from '../model/problem.ts';
import type { Plan } from '../model/plan.ts';
import type { ForeseenWorld } from '../model/ports.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { satisfiesRange } from '../model/version.ts';
import { provingRoute } from '../plan/prove-route.ts';
import { originsOf } from '../facts/origins.ts';
import { selectComponents, type Selection } from '../plan/select.ts';
import { withAhead } from '../plan/with-ahead.ts';
import { settle } from './decisions.ts';
import { refuseOtherVersions } from './console-command.ts';
import { runsOfSite } from './cluster-runs.ts';
import { findRoute } from './find-route.ts';
import { leftOpenFindings } from './left-open.ts';
import type { OpenSite } from './open-site.ts';
import { aheadFindings, planAhead } from './plan-ahead.ts';
import { planHop } from './plan-hop.ts';
import { openReusing } from './reusing.ts';
import { takeSnapshot, withCharts } from './take-snapshot.ts';
import { withHoldings } from './with-holdings.ts';

export interface UpgradeRequest {
  readonly target: string;
  /** Nobody named the target: it is the newest that there is. */
  readonly isLatest?: boolean | undefined;
  readonly selection: Selection;
  readonly decisions: readonly Decision[];
  readonly withForecast: boolean;
  /** See PreflightEvidence. */
  readonly isOnlyPlanned?: boolean | undefined;
  /** An earlier forecast will do where nothing that it rests on has changed: never for what is applied. */
  readonly mayReuse?: boolean | undefined;
}

export interface Planned {
  readonly plan: Plan;
  readonly snapshot: Snapshot;
  /** The cluster as each hop would leave it, where a forecast tells. */
  readonly worlds: readonly ForeseenWorld[];
}

/** helm must be new enough before it is asked anything. */
export function requireHelm(site: OpenSite): void {
  const range = site.platform.tools.helm;
  if (satisfiesRange(site.helm.version, range)) return;
  throw new Problem(
    'HELM_TOO_OLD',
    `helm ${site.helm.version} is too old: ${site.platform.metadata.title} needs ${range}.`,
    {
      advice: ['Install a newer helm, or name one: --helm /path/to/helm', `Found: ${site.helm.path}`],
    },
  );
}

/**
 * Snapshot, route, plan, forecast and findings: everything that can be known before the first write. The first hop is
 * planned in full; of the later ones what can be known now, their charts pinned.
 */
export async function planUpgrade(site: OpenSite, request: UpgradeRequest): Promise<Planned> {
  requireHelm(site);
  const names = site.platform.components.map((component) => component.name);
  const selected = selectComponents(names, request.selection, nearestWord);
  const { target, decisions, withForecast } = request;
  await refuseOtherVersions(site, selected, target);
  const read = await withHoldings(site, await takeSnapshot(site, target), decisions);
  const found = await findRoute(site, originsOf(selectedOf(read, selected), decisions), target, read.facts);
  const route = found.hops.length === 0 ? [{ from: target, to: target, because: [] }] : found.hops;
  const snapshot = await withCharts(site, read, route[0]?.to ?? target);
  // What is ahead rests on what the first forecast leaves in the shadow: an earlier one has kept nothing of that.
  const mayReuse = request.mayReuse === true && withForecast && route.length === 1;
  const first = await planHop(site, {
    route,
    hop: 0,
    snapshot,
    selected,
    decisions,
    withForecast,
    isLatest: request.isLatest,
    isOnlyPlanned: request.isOnlyPlanned,
    findings: found.findings,
    reusing: mayReuse ? await openReusing(site, snapshot) : undefined,
  });
  const leftOpen = leftOpenFindings(await runsOfSite(site), first.plan);
  const world = first.after === undefined ? [] : [first.after];
  if (route.length === 1) return { snapshot, plan: withMore(first.plan, leftOpen, decisions), worlds: world };
  const { ahead, images, worlds } = await planAhead(site, { first, snapshot, selected, decisions, withForecast });
  const plan = withAhead(provingRoute(first.plan, images, site.site.timeScale), ahead);
  const more = [...leftOpen, ...aheadFindings(plan, decisions)];
  return { snapshot, plan: withMore(plan, more, decisions), worlds: [...world, ...worlds] };
}

function withMore(plan: Plan, found: readonly Finding[], decisions: readonly Decision[]): Plan {
  if (found.length === 0) return plan;
  const { forecast } = plan;
  return { ...plan, forecast: { ...forecast, findings: settle([...found, ...forecast.findings], decisions) } };
}

function selectedOf({ components }: Snapshot, selected: readonly string[]): Snapshot['components'] {
  return components.filter(({ name }) => selected.includes(name));
}
