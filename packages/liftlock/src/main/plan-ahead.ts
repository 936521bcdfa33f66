import { allowing, finding } from '../findings/make-finding.ts';
import type { Decision, Finding } from '../model/finding.ts';
import { formatRef } from '../model/kube.ts';
import type { HopAhead, Plan } from '../model/plan.ts';
import type { ForeseenWorld } from '../model/ports.ts';
import type { Snapshot, Unread } from '../model/snapshot.ts';
import type { ImageToProve } from '../model/step.ts';
import { snapshotAfter } from '../plan/snapshot-after.ts';
import { applyDecisions } from '../findings/judge.ts';
import { blockersOf } from './decisions.ts';
import type { OpenSite } from './open-site.ts';
import { planHop, type PlannedHop } from './plan-hop.ts';
import { withCharts } from './take-snapshot.ts';

export interface AheadRequest {
  /** The hop that is planned in full, and the site that it was planned from. */
  readonly first: PlannedHop;
  readonly snapshot: Snapshot;
  readonly selected: readonly string[];
  readonly decisions: readonly Decision[];
  readonly withForecast: boolean;
}

/** What can be known of the hops after the first: charts pinned, steps, what would fail, and the images to prove. */
export async function planAhead(
  site: OpenSite,
  request: AheadRequest,
): Promise<{
  readonly ahead: readonly HopAhead[];
  readonly images: readonly ImageToProve[];
  /** See Planned. */
  readonly worlds: readonly ForeseenWorld[];
}> {
  const { route } = request.first.plan;
  const ahead: HopAhead[] = [];
  const images: ImageToProve[] = [];
  const worlds: ForeseenWorld[] = [];
  let { first: before, snapshot } = request;
  const told = new Set(before.plan.forecast.findings.map(keyOf));
  for (let hop = before.plan.hop + 1; hop < route.length; hop += 1) {
    const next = route[hop];
    if (next === undefined) break;
    const world = worldOf(before, request.withForecast);
    snapshot = await withCharts(site, snapshotAfter(snapshot, before.plan, world), next.to);
    const planned = await planHop(site, {
      route,
      hop,
      snapshot,
      selected: request.selected,
      decisions: request.decisions,
      withForecast: world !== undefined,
      isAhead: true,
      world,
    });
    const { steps, forecast } = planned.plan;
    const isCutOff = request.withForecast && world === undefined;
    // What the first hop says already needs no second telling.
    const findings = forecast.findings.filter((item) => !told.has(keyOf(item)));
    for (const item of findings) told.add(keyOf(item));
    const unforeseen = isCutOff ? [notLanded(next.from)] : [...limits(next.from, site, world), ...forecast.unforeseen];
    ahead.push({ hop: next, steps, findings, unforeseen });
    images.push(...planned.images);
    if (planned.after !== undefined) worlds.push(planned.after);
    before = planned;
  }
  return { ahead, images, worlds };
}

/** A hop that is foreseen to fail says nothing of the one after it. */
function worldOf({ plan, after }: PlannedHop, withForecast: boolean): ForeseenWorld | undefined {
  return withForecast && blockersOf(plan.forecast.findings).length === 0 ? after : undefined;
}

function notLanded(from: string): Unread {
  return { what: 'this hop', why: `it begins when ${from} has landed, and as it looks now that would not` };
}

function limits(from: string, { platform }: OpenSite, world: ForeseenWorld | undefined): readonly Unread[] {
  if (world === undefined) return [];
  const facts = Object.keys(platform.facts).length === 0 ? [] : ['what conditions rest on'];
  const what = ['pods', 'room', 'quota', 'storage', 'health', ...facts].join(', ');
  return [{ what, why: `read anew when ${from} has landed` }];
}

function keyOf({ code, component, object, field }: Finding): string {
  return [code, component, object === undefined ? '' : formatRef(object), field].join('\n');
}

/** One finding for each later hop that would be stopped. */
export function aheadFindings(plan: Plan, decisions: readonly Decision[]): readonly Finding[] {
  const found = plan.ahead.flatMap(({ hop, findings }) => {
    const blockers = blockersOf(findings);
    if (blockers.length === 0) return [];
    const words = blockers.map(({ code, message }) => `${code}: ${message}`);
    return [
      finding({
        code: 'HOP_AHEAD_BLOCKED',
        severity: 'blocker',
        field: hop.to,
        message: `${hop.from} → ${hop.to}, as it looks now, would be stopped. ${words.join(' ')}`,
        remedies: [allowing(`ahead:${hop.to}`, `Begin all the same, and stop at ${hop.from} where it is still so`)],
      }),
    ];
  });
  return applyDecisions(found, decisions);
}
