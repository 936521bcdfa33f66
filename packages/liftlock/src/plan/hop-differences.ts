import { canonicalJson, type JsonObject } from '../model/json.ts';
import type { HopAhead, Plan } from '../model/plan.ts';
import { isUndo, type Step, type StepKind } from '../model/step.ts';

/** How the plan of a hop differs from what was announced of it. */
export interface HopDifferences {
  readonly added: readonly Step[];
  readonly changed: readonly Step[];
  readonly gone: readonly Step[];
  /** What the plan is made from and is another by now, in words. */
  readonly moved: readonly string[];
  /** Something was added that destroys or cannot be taken back, or a guard is gone: nobody goes on over that unasked. */
  readonly isHarmful: boolean;
}

/** Kinds that take something away, besides whatever is marked irreversible. */
const destructive: readonly StepKind[] = ['replace-object', 'helm-uninstall', 'local-command'];

/** True for a step that keeps data, or proves something before it goes on. */
function isGuard(step: Step): boolean {
  if (step.kind === 'patch-object') return step.object.kind === 'PersistentVolumeClaim';
  return step.kind === 'compare-claims' || step.kind === 'await-condition';
}

/**
 * What of a step may be otherwise without making it another step: revisions count what has happened since, and commands and
 * titles repeat what the other fields say.
 */
const unimportant: readonly string[] = [
  'title',
  'command',
  'guideCommand',
  'notes',
  'from',
  'revision',
  'claims',
  'known',
  'images',
  'releases',
];

/**
 * Compares a hop's plan, made when the hop before it has landed, with what was announced when the run was approved.
 * @param announced undefined in runs of earlier versions: then everything is new
 */
export function hopDifferences(announced: HopAhead | undefined, next: Plan, former: Plan): HopDifferences {
  const before = new Map((announced?.steps ?? []).filter(isWork).map((step) => [step.id, step]));
  const steps = next.steps.filter(isWork);
  const now = new Set(steps.map((step) => step.id));
  const added = steps.filter((step) => !before.has(step.id));
  const changed = steps.filter((step) => {
    const old = before.get(step.id);
    return old !== undefined && meaningOf(old) !== meaningOf(step);
  });
  const gone = [...before.values()].filter((step) => !now.has(step.id));
  return {
    added,
    changed,
    gone,
    moved: movedInputs(former, next),
    isHarmful: isHarmful(added, changed, before) || gone.some(isGuard),
  };
}

/** The first hop proves the images of all: that a later one looks for its own again is nothing new. */
function isWork({ kind }: Step): boolean {
  return kind !== 'prove-images';
}

/** True where nothing is otherwise than announced. */
export function isAsAnnounced({ added, changed, gone, moved }: HopDifferences): boolean {
  return added.length + changed.length + gone.length + moved.length === 0;
}

function isHarmful(added: readonly Step[], changed: readonly Step[], before: ReadonlyMap<string, Step>): boolean {
  const harms = (step: Step) => step.risk === 'irreversible' || destructive.includes(step.kind);
  // Another upgrade than the one that was approved, where it migrates data, is as good as a new one.
  return [...added, ...changed.filter((step) => !isSameUpgrade(step, before.get(step.id)))].some(
    (step) => !isUndo(step) && harms(step),
  );
}

function isSameUpgrade(step: Step, old: Step | undefined): boolean {
  return step.kind === 'helm-upgrade' && old?.kind === step.kind && old.chart.digest === step.chart.digest;
}

function meaningOf(step: Step): string {
  const kept = Object.entries(step as unknown as JsonObject).filter(([key]) => !unimportant.includes(key));
  return canonicalJson(Object.fromEntries(kept));
}

function movedInputs(former: Plan, next: Plan): readonly string[] {
  return [
    ...(former.platform.digest === next.platform.digest ? [] : ['the definition']),
    ...(former.site.digest === next.site.digest ? [] : ['the site']),
    ...(former.helm.version === next.helm.version
      ? []
      : [`helm (${former.helm.version} then, ${next.helm.version} now)`]),
  ];
}
