import type { RunState } from '../journal/fold.ts';
import type { Decision } from '../model/finding.ts';
import { hopTarget } from '../model/hops.ts';
import type { Plan } from '../model/plan.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { hopDifferences, type HopDifferences } from '../plan/hop-differences.ts';
import { keepReadable } from '../plan/keep-readable.ts';
import { withAhead } from '../plan/with-ahead.ts';
import type { OpenSite } from './open-site.ts';
import { planHop } from './plan-hop.ts';
import { takeSnapshot, type ChartPins } from './take-snapshot.ts';
import { withHoldings } from './with-holdings.ts';

/** The hop that comes next, planned from how things are now, and how that differs from what was announced. */
export interface NextHop {
  readonly plan: Plan;
  readonly snapshot: Snapshot;
  readonly differences: HopDifferences;
}

/**
 * Plans and forecasts the next hop of a run whose hop is finished: with the route, the pins and the decisions of the run.
 * @param decisions what was decided since
 * @param forgotten remedies that were decided on for another hour
 */
export async function planNextHop(
  site: OpenSite,
  state: RunState,
  decisions: readonly Decision[] = [],
  forgotten: readonly string[] = [],
): Promise<NextHop> {
  const former = state.plan;
  if (former === undefined) throw new Error(`run ${state.run} has no plan`);
  const [announced, ...later] = former.ahead;
  const hop = former.hop + 1;
  const target = former.route[hop]?.to ?? '';
  const kept = former.decisions.filter(({ remedy }) => !forgotten.includes(remedy));
  const known = new Set(kept.map(({ remedy }) => remedy));
  const all = [...kept, ...decisions.filter(({ remedy }) => !known.has(remedy))];
  const pins = pinsOf(announced?.steps ?? []);
  const snapshot = await withHoldings(site, await takeSnapshot(site, target, 'upgrade', pins), all);
  const planned = await planHop(site, {
    route: former.route,
    hop,
    snapshot,
    selected: former.components.filter(({ action }) => action !== 'skipped').map(({ name }) => name),
    decisions: all,
    withForecast: true,
  });
  const plan = { ...withAhead(planned.plan, later), ...(former.inputs === undefined ? {} : { inputs: former.inputs }) };
  keepReadable(plan, site.redactor);
  return { plan, snapshot, differences: hopDifferences(announced, plan, former) };
}

/** Charts as they were pinned when the run was approved. */
export function pinsOf(steps: Plan['steps']): ChartPins {
  return Object.fromEntries(
    steps.flatMap((step) => (step.kind === 'helm-upgrade' ? [[step.chart.reference, step.chart.digest]] : [])),
  );
}

/** The consent to a hop that became another one. */
export function hopRemedy(plan: Plan): string {
  return `hop:${hopTarget(plan)}`;
}
