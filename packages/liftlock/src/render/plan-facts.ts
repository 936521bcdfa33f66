import type { Finding, Severity } from '../model/finding.ts';
import type { ComponentPlan, Plan } from '../model/plan.ts';
import { count } from './words.ts';

export interface ObjectCounts {
  readonly created: number;
  readonly changed: number;
  readonly deleted: number;
}

/** Objects that a component's step would touch; undefined where the forecast does not say. */
export function objectCounts(plan: Plan, component: string): ObjectCounts | undefined {
  const changes = plan.forecast.changes[component];
  if (changes === undefined) return undefined;
  const number = (kind: string) => changes.filter(({ change }) => change === kind).length;
  return { created: number('created'), changed: number('changed'), deleted: number('deleted') };
}

export function findingsOf(plan: Plan, severity: Severity): readonly Finding[] {
  return plan.forecast.findings.filter((finding) => finding.severity === severity);
}

/** Components that the plan acts on. */
export function actedOn(plan: Plan): readonly ComponentPlan[] {
  return plan.components.filter(({ action }) => action === 'upgrade' || action === 'install');
}

export interface Durations {
  /** Undefined when some component has never been timed. */
  readonly expected: number | undefined;
  readonly worst: number;
}

/** Sums over what is acted on, in seconds: components go one after another. */
export function durationsOf(plan: Plan): Durations {
  const acted = actedOn(plan);
  const timed = acted.map(({ expectedSeconds }) => expectedSeconds);
  const known = timed.filter((seconds) => seconds !== undefined);
  return {
    expected:
      known.length === acted.length && known.length > 0 ? known.reduce((sum, seconds) => sum + seconds, 0) : undefined,
    worst: acted.reduce((sum, { worstSeconds }) => sum + worstSeconds, 0),
  };
}

/** `3.0.1 -> 3.1.0`, or the verb where that says more. */
export function changeOf(component: ComponentPlan): string {
  const from = component.installed?.version;
  switch (component.action) {
    case 'install':
      return `INSTALL ${component.target}`;
    case 'skipped':
      return `${from ?? 'absent'} (not now)`;
    case 'none':
      return `${component.target} already`;
    case 'upgrade':
      return from === component.target ? `${component.target} again` : `${from ?? '?'} → ${component.target}`;
  }
}

/** `1 blocker, 2 warnings`; empty when there is nothing to say. */
export function findingTally(plan: Plan): string {
  const blockers = findingsOf(plan, 'blocker').length;
  const warnings = findingsOf(plan, 'warning').length;
  return [blockers > 0 ? count(blockers, 'blocker') : '', warnings > 0 ? count(warnings, 'warning') : '']
    .filter((part) => part !== '')
    .join(', ');
}

/** Components that say the same, in the plan's order, under what they say. */
export function groupComponents(
  components: readonly ComponentPlan[],
  say: (component: ComponentPlan) => string,
): readonly (readonly [names: readonly string[], text: string])[] {
  const groups = new Map<string, string[]>();
  for (const component of components) {
    const text = say(component);
    groups.set(text, [...(groups.get(text) ?? []), component.name]);
  }
  return [...groups].map(([text, names]) => [names, text] as const);
}
