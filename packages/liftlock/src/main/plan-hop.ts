import type { PreflightEvidence } from '../findings/evidence.ts';
import { judge, judgeAhead, placeFindings } from '../findings/judge.ts';
import type { ForecastResult, KnownSteps } from '../forecast/forecast.ts';
import { acceptedReceipts } from '../findings/receipts.ts';
import { affirmationFor } from '../findings/rules/affirmations.ts';
import type { Decision, Finding } from '../model/finding.ts';
import { finalTarget } from '../model/hops.ts';
import type { JsonObject } from '../model/json.ts';
import type { ComponentPlan, Forecast, Plan } from '../model/plan.ts';
import type { ForeseenWorld } from '../model/ports.ts';
import type { Hop } from '../model/route.ts';
import type { Site } from '../model/site.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { ImageToProve } from '../model/step.ts';
import { carriedOf } from '../plan/values-for.ts';
import { makePlan, noForecast } from '../plan/make-plan.ts';
import { defaultDecisions, mendedFindings, settle, withReasons } from './decisions.ts';
import { foresee } from './foresee.ts';
import { withStepPermissions } from './step-permissions.ts';
import type { OpenSite } from './open-site.ts';
import { pastSeconds } from './past-runs.ts';
import type { Reusing } from './reusing.ts';

/** What one hop is planned from. */
export interface HopRequest {
  readonly route: readonly Hop[];
  /** Index of the hop. */
  readonly hop: number;
  /** The site as it is when the hop begins, with the charts of its target. */
  readonly snapshot: Snapshot;
  readonly selected: readonly string[];
  readonly decisions: readonly Decision[];
  readonly withForecast: boolean;
  /** Nobody named the target: it is the newest that there is. */
  readonly isLatest?: boolean | undefined;
  readonly reusing?: Reusing | undefined;
  /** See PreflightEvidence. */
  readonly isOnlyPlanned?: boolean | undefined;
  /** What was found on the way here: of the route itself. */
  readonly findings?: readonly Finding[] | undefined;
  /** The hop lies ahead: it is judged by its charts and values, and by the server, not by how the site is now. */
  readonly isAhead?: boolean | undefined;
  /** Then: what the hops before it are foreseen to make of the cluster. */
  readonly world?: ForeseenWorld | undefined;
}

export interface PlannedHop {
  readonly plan: Plan;
  /** The cluster as the plan would leave it; undefined where no forecast tells. */
  readonly after?: ForeseenWorld | undefined;
  /** Images of the new revisions that the nodes are to prove; none where the site does not ask for it. */
  readonly images: readonly ImageToProve[];
}

/** Rounds of planning at most: each takes the remedies that the one before has found and that destroy nothing. */
export const mostRounds = 3;

/**
 * Plan, forecast and findings of one hop. Remedies that a plan takes by itself are planned in, and the plan is forecast
 * again with them until it stands still.
 */
export async function planHop(site: OpenSite, request: HopRequest): Promise<PlannedHop> {
  const { route, hop, snapshot } = request;
  let images: readonly ImageToProve[] = [];
  const planWith = (decisions: readonly Decision[], findings: readonly Finding[]) =>
    makePlan({
      images,
      platform: site.platform,
      platformDigest: site.platformDigest,
      site: site.site,
      siteDigest: site.siteDigest,
      snapshot,
      target: route[hop]?.to ?? '',
      route,
      hop,
      selected: request.selected,
      decisions: route.length > 1 ? ofThisHop(decisions, findings) : decisions,
      findings,
      pastSeconds: pastSeconds(site.folder),
    });
  let { decisions } = request;
  let known: readonly Finding[] = request.findings ?? [];
  const steps: KnownSteps = new Map();
  let plan = planWith(decisions, known);
  for (let round = 1; ; round += 1) {
    const judged = await judgePlan(site, plan, request, decisions, steps);
    const { forecast, findings, after } = judged;
    const toProve = site.site.proveImages === 'cluster' ? judged.images : [];
    // The first hop proves those of the later ones: see provingRoute.
    if (request.isAhead !== true) images = toProve;
    known = [...known, ...findings];
    decisions = [...decisions, ...defaultDecisions(findings, decisions, site.clock.now())];
    const next = planWith(decisions, known);
    if (next.digest === plan.digest || round >= mostRounds) {
      const all = [...findings, ...mendedFindings(known, findings, plan.decisions)];
      return {
        after,
        images: toProve,
        plan: {
          ...withFindings(plan, forecast, all, snapshot, plan.decisions),
          affirmations: withReceipts(plan, site.site, snapshot),
          decisions: withReasons(plan.decisions, known),
        },
      };
    }
    plan = next;
  }
}

/** What people affirmed, and backups that the cluster shows where nobody did: both are kept with the run. */
function withReceipts(plan: Plan, site: Site, snapshot: Snapshot): JsonObject {
  const selected = plan.components.filter(isActedOn).map(({ name }) => name);
  const accepted = acceptedReceipts({ snapshot, selected, steps: plan.steps });
  const seen = Object.entries(accepted).filter(([id]) => affirmationFor(id, site, finalTarget(plan)) === undefined);
  return {
    ...plan.affirmations,
    ...Object.fromEntries(seen.map(([id, receipt]) => [id, { ...receipt, isSeen: true }])),
  };
}

/**
 * A reinstall is decided for the hop whose findings offer it: the same decision does not take a release away once more in
 * the next.
 */
function ofThisHop(decisions: readonly Decision[], findings: readonly Finding[]): readonly Decision[] {
  const offered = new Set(findings.flatMap(({ remedies }) => remedies.map(({ id }) => id)));
  return decisions.filter(({ remedy }) => !remedy.startsWith('reinstall:') || offered.has(remedy));
}

/** One round: what the forecast and the rules say of a plan. */
async function judgePlan(
  site: OpenSite,
  plan: Plan,
  { snapshot, isLatest, withForecast, reusing, world, isAhead, route, hop, ...request }: HopRequest,
  decisions: readonly Decision[],
  steps: KnownSteps,
): Promise<Pick<ForecastResult, 'forecast' | 'images' | 'after'> & { readonly findings: readonly Finding[] }> {
  const evidence: PreflightEvidence = {
    platform: site.platform,
    site: site.site,
    snapshot: isAhead === true ? snapshot : await withStepPermissions(snapshot, plan.steps, site.reader),
    isOnlyPlanned: request.isOnlyPlanned,
    from: route[hop]?.from ?? '',
    steps: plan.steps,
    target: route[hop]?.to ?? '',
    finalTarget: finalTarget(plan),
    isLatestTarget: isLatest,
    decisions,
    now: site.clock.now(),
    selected: plan.components.filter(isActedOn).map((component) => component.name),
    // Every hop that is still to come has to fit into the window, each as long as this one at worst.
    worstSeconds: worstSeconds(plan) * (route.length - hop),
    carried: carriedOf(plan),
  };
  const isElsewhere = placeFindings(evidence).length > 0;
  const make = (from: OpenSite) => foresee(from, plan, snapshot, [], steps, world);
  const forecasting = () => (reusing === undefined ? make(site) : reusing.forecastOf(plan, make));
  const foreseen = withForecast && !isElsewhere ? await forecasting() : undefined;
  const forecast = foreseen?.forecast ?? noForecast;
  const rules = isAhead === true ? judgeAhead : judge;
  const findings = [
    ...(request.findings ?? []),
    ...rules({ ...evidence, forecastWorkloads: foreseen?.workloads }),
    ...forecast.findings,
  ];
  return { forecast, findings, images: foreseen?.images ?? [], after: foreseen?.after };
}

function isActedOn({ action }: ComponentPlan): boolean {
  return action === 'upgrade' || action === 'install';
}

/** Seconds if every step took its whole timeout. */
function worstSeconds(plan: Plan): number {
  return plan.components.filter(isActedOn).reduce((sum, component) => sum + component.worstSeconds, 0);
}

/** Puts forecast and findings on a plan: blockers first, those that someone allowed as information. */
export function withFindings(
  plan: Plan,
  forecast: Forecast,
  findings: readonly Finding[],
  snapshot: Snapshot,
  decisions: readonly Decision[],
): Plan {
  const unforeseen = [...snapshot.unread, ...forecast.unforeseen];
  return {
    ...plan,
    forecast: {
      ...forecast,
      findings: settle(findings, decisions),
      unforeseen,
      complete: forecast.complete && unforeseen.length === 0,
    },
  };
}
