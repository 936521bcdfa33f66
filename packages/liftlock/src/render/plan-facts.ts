import { counted } from '../model/counted.ts';
import type { Decision, Finding, Severity } from '../model/finding.ts';
import { jsonAt } from '../model/json.ts';
import type { ObjectRef } from '../model/kube.ts';
import type { Unread } from '../model/snapshot.ts';
import type { ComponentPlan, Plan } from '../model/plan.ts';
import { isPairedUndo, isUndo, type Step, type StepKind } from '../model/step.ts';
import { formatTime, listed } from './words.ts';

export interface ObjectCounts {
  readonly created: number;
  readonly changed: number;
  readonly replaced: number;
  readonly deleted: number;
  /** Workloads whose pods are made anew, because their pod template changes. */
  readonly restarted: number;
}

/** Objects that a component's step would touch; undefined where the forecast does not say. */
export function objectCounts(plan: Plan, component: string): ObjectCounts | undefined {
  const changes = plan.forecast.changes[component];
  if (changes === undefined) return undefined;
  const number = (kind: string) => changes.filter(({ change }) => change === kind).length;
  return {
    created: number('created'),
    changed: number('changed'),
    replaced: number('replaced'),
    deleted: number('deleted'),
    restarted: changes.filter(({ restartsPods }) => restartsPods).length,
  };
}

/** A live edit that the plan would undo (O21). */
export interface UndoneEdit {
  readonly object: ObjectRef;
  readonly path: string;
  /** The field manager, and when it last wrote; where the API server knows. */
  readonly manager?: string | undefined;
  readonly at?: string | undefined;
}

/** Live edits of a component's objects that would be undone, and whose they are. */
export function undoneEdits(plan: Plan, component: string): readonly UndoneEdit[] {
  return (plan.forecast.changes[component] ?? []).flatMap(({ object, fields }) =>
    fields
      .filter(({ because }) => because === 'live edit')
      .map(({ path, manager, at }) => ({ object, path, manager, at })),
  );
}

/** `by kubectl-edit, 2026-12-05 22:00 UTC`. */
export function byWhom({ manager, at }: Pick<UndoneEdit, 'manager' | 'at'>): string {
  return `by ${manager ?? 'someone'}${at === undefined ? '' : `, ${formatTime(at)}`}`;
}

/** `flag`, `site`: how a decision came about, for people. */
export function whoDecided({ by, how, at }: Decision): string {
  const who = {
    default: 'taken by this plan: it destroys nothing',
    flag: `by ${by}, with a flag`,
    site: `by ${by}, in the site file`,
    person: `by ${by}, who was asked`,
  }[how];
  return how === 'default' ? who : `${who}, ${formatTime(at)}`;
}

/** A decision with the code that it answers and what its remedy does, where that is known. */
export interface ReadableDecision {
  readonly decision: Decision;
  readonly code?: string | undefined;
  readonly title?: string | undefined;
}

/** Decisions in order. Plans of earlier versions do not say what one answers: their findings may. */
export function decided(plan: Plan): readonly ReadableDecision[] {
  return plan.decisions.map((decision) => {
    const finding = plan.forecast.findings.find(({ remedies }) => remedies.some(({ id }) => id === decision.remedy));
    const title = finding?.remedies.find(({ id }) => id === decision.remedy)?.title;
    return { decision, code: decision.code ?? finding?.code, title: decision.title ?? title };
  });
}

/** Steps of an uninstall and reinstall: one remedy adds them all. */
const reinstallKinds: readonly StepKind[] = [
  'put-aside',
  'retain-volumes',
  'helm-uninstall',
  'put-back',
  'compare-kept',
  'compare-addresses',
];

/**
 * The code that a remedy's step answers; undefined for steps of the plan's own. A remedy `adopt:configmap/x` adds the step
 * `ui/adopt/configmap/x`; one that names its component or a field besides begins alike.
 */
export function reasonOf(step: Step, plan: Plan): string | undefined {
  const [component = '', verb, ...rest] = step.id.split('/');
  if (verb === undefined) return undefined;
  const wanted = reinstallKinds.includes(step.kind) ? 'reinstall' : verb;
  const object = wanted === 'reinstall' || rest.length === 0 ? component : rest.join('/');
  return decided(plan).find(({ decision: { remedy } }) => {
    const [does, ...about] = remedy.split(':');
    return does === wanted && about.includes(object);
  })?.code;
}

/** Why a step of a migration is there, and who says so: told at the first step of each. */
export function becauseOfMigration(step: Step, { steps }: Pick<Plan, 'steps'>): string | undefined {
  const { migration } = step;
  if (migration === undefined) return undefined;
  const first = steps.find((item) => item.migration?.id === migration.id);
  if (first?.id !== step.id) return `for ${migration.id}`;
  const why = migration.why === undefined ? '' : `: ${migration.why}`;
  const words = `for ${migration.id}, ${migration.title}${why}`;
  return `${words.replace(/\.$/, '')}. Source: ${migration.source}`;
}

/** What a forecast left out for one reason. */
export interface Limit {
  readonly whats: readonly string[];
  readonly why: string;
}

/** The forecast's limits by their reason, in the order in which the reasons first come up. */
export function limitsOf(plan: Plan): readonly Limit[] {
  return limitsIn(plan.forecast.unforeseen);
}

/** The same of any forecast's limits. */
export function limitsIn(unforeseen: readonly Unread[]): readonly Limit[] {
  const limits = new Map<string, string[]>();
  for (const { what, why } of unforeseen) limits.set(why, [...(limits.get(why) ?? []), what]);
  return [...limits].map(([why, whats]) => ({ why, whats }));
}

/** What a person has to do, and when. */
export interface PersonalTask {
  readonly when: string;
  readonly what: string;
}

/** What the steps leave to people: consent to what cannot be undone, and names that must lead to new addresses. */
export function personalTasks(plan: Plan): readonly PersonalTask[] {
  return plan.steps.flatMap((step, index): readonly PersonalTask[] => {
    if (step.kind === 'compare-addresses') {
      const hosts = [...new Set(step.addresses.flatMap((address) => address.hosts))];
      return [
        {
          when: `at step ${index + 1}`,
          what: `if an address changed, let DNS lead ${hosts.length === 0 ? 'its names' : listed(hosts)} to the new one`,
        },
      ];
    }
    return [];
  });
}

/** Number of the first step that cannot be undone, from 1; undefined where all can. */
export function firstWithoutReturn(plan: Plan): number | undefined {
  const at = plan.steps.findIndex(({ risk }) => risk === 'irreversible');
  return at < 0 ? undefined : at + 1;
}

/**
 * The first step past which `liftlock rollback` does not go: one that changes data for good, or takes a release's history away. Other
 * steps that cannot be undone, such as an object that is deleted to be made anew, leave the releases their way back.
 */
export function pointOfNoReturn({ steps }: Pick<Plan, 'steps'>): number | undefined {
  const at = steps.findIndex(
    (step) =>
      (step.migration?.isIrreversible === true && step.risk !== 'none') ||
      (step.kind === 'helm-upgrade' && step.migrates !== undefined) ||
      step.kind === 'helm-uninstall',
  );
  return at < 0 ? undefined : at + 1;
}

/** Backups that the plan rests on, as the cluster showed them: what they are, and of when. */
export function receiptWords(plan: Pick<Plan, 'affirmations'>): readonly string[] {
  return Object.values(plan.affirmations).flatMap((said) => {
    const isSeen = jsonAt(said, ['isSeen']) === true;
    const [by, at] = [jsonAt(said, ['by']), jsonAt(said, ['at'])];
    return isSeen && typeof by === 'string' ? [`${by}${typeof at === 'string' ? `, of ${formatTime(at)}` : ''}`] : [];
  });
}

/** Steps as they are listed: those that are taken only on failure say so. */
export function onlyIfFails(step: Step, plan: Plan): string | undefined {
  if (!isUndo(step)) return undefined;
  const at = plan.steps.findIndex(({ id }) => id === step.undoes);
  if (isPairedUndo(step)) return `only if a step after ${at + 1} fails`;
  return at < 0 ? 'only if the upgrade fails' : `only if step ${at + 1} fails`;
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

/** Seconds that the upgrades of this hop and of all later ones take at most. */
export function routeSeconds(plan: Plan): number {
  const steps = [plan.steps, ...plan.ahead.map((ahead) => ahead.steps)].flat();
  return steps.reduce((sum, step) => sum + (step.kind === 'helm-upgrade' ? step.timeoutSeconds : 0), 0);
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
  return [blockers > 0 ? counted(blockers, 'blocker') : '', warnings > 0 ? counted(warnings, 'warning') : '']
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
