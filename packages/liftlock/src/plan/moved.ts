import { canonicalJson } from '../model/json.ts';
import type { ObjectChange, Plan } from '../model/plan.ts';
import type { HelmUpgradeStep } from '../model/step.ts';

/**
 * What differs between a plan and the same plan made again, in words (O19). Empty when the world has not moved: the digest
 * covers all that a plan is made from; the objects that it would write are compared by the two forecasts.
 */
export function movedSince(saved: Plan, fresh: Plan): readonly string[] {
  const moved = [
    ...(saved.cluster.uid === fresh.cluster.uid ? [] : ['the cluster']),
    ...Object.keys({ ...saved.state, ...fresh.state })
      .filter((name) => saved.state[name] !== fresh.state[name])
      .map((name) => `the release of ${name}`),
    ...fresh.components
      .filter((item) => saved.components.find((old) => old.name === item.name)?.chart.digest !== item.chart.digest)
      .map((item) => `the chart of ${item.name}`),
    ...movedValues(saved, fresh),
    ...movedAhead(saved, fresh),
    ...movedObjects(saved, fresh),
    ...(saved.platform.digest === fresh.platform.digest ? [] : ['the definition']),
    ...(saved.site.digest === fresh.site.digest ? [] : ['the site']),
    ...(saved.helm.version === fresh.helm.version
      ? []
      : [`helm (${saved.helm.version} then, ${fresh.helm.version} now)`]),
    ...(canonicalJson(remedies(saved)) === canonicalJson(remedies(fresh)) ? [] : ['what is allowed (--allow)']),
  ];
  return moved.length === 0 && saved.digest !== fresh.digest ? ['something that the plan was made from'] : moved;
}

function remedies(plan: Plan): string[] {
  return plan.decisions.map((decision) => decision.remedy).toSorted();
}

/** Of later hops the versions and the charts are pinned; whatever else they hold is planned again when their time comes. */
function movedAhead(saved: Plan, fresh: Plan): string[] {
  const versions = ({ route }: Plan) => route.map(({ from, to }) => `${from} → ${to}`).join(', ');
  if (versions(saved) !== versions(fresh)) return [`the route (${versions(saved)} then, ${versions(fresh)} now)`];
  return fresh.ahead.flatMap(({ hop, steps }, index) => {
    const before = chartsOf(saved.ahead[index]?.steps ?? []);
    return [...chartsOf(steps)]
      .filter(([component, digest]) => before.has(component) && before.get(component) !== digest)
      .map(([component]) => `the chart of ${component} at ${hop.to}`);
  });
}

function chartsOf(steps: Plan['steps']): ReadonlyMap<string, string> {
  return new Map(steps.flatMap((step) => (step.kind === 'helm-upgrade' ? [[step.component, step.chart.digest]] : [])));
}

function movedValues(saved: Plan, fresh: Plan): string[] {
  const before = valuesOf(saved);
  const now = valuesOf(fresh);
  // A component that is new in one of the plans moved otherwise: its release or its chart.
  return [...now].filter(([path, digest]) => before.has(path) && before.get(path) !== digest).map(([path]) => path);
}

function valuesOf(plan: Plan): ReadonlyMap<string, string> {
  const upgrades = plan.steps.filter((step): step is HelmUpgradeStep => step.kind === 'helm-upgrade');
  return new Map(upgrades.flatMap((step) => step.values.map(({ path, digest }) => [path, digest] as const)));
}

/**
 * Objects whose live fields, as far as the plan writes them, are no longer what they were. What they would become is left
 * out: some charts draw it anew each time. So is `spec.replicas`, which an autoscaler moves.
 */
function movedObjects(saved: Plan, fresh: Plan): string[] {
  if (saved.forecast.madeAt === '' || fresh.forecast.madeAt === '') return [];
  return Object.entries(fresh.forecast.changes).flatMap(([component, changes]) => {
    const before = saved.forecast.changes[component];
    // A release that moved is named already, and all its objects with it.
    if (before === undefined || saved.state[component] !== fresh.state[component]) return [];
    const known = new Map(before.map((change) => [nameOf(change), liveOf(change)]));
    return changes.filter((change) => known.get(nameOf(change)) !== liveOf(change)).map(nameOf);
  });
}

function nameOf({ object }: ObjectChange): string {
  return `${object.kind} ${object.name}`;
}

function liveOf({ change, fields }: ObjectChange): string {
  const live = fields.filter(({ path }) => path !== 'spec.replicas').map(({ path, before }) => [path, before]);
  return canonicalJson([change === 'created' || change === 'deleted' ? change : 'kept', ...live]);
}
