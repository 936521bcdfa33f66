import type { Decision, Finding } from '../model/finding.ts';
import { formatRef, type ObjectRef } from '../model/kube.ts';
import type { Release } from '../model/snapshot.ts';
import type { HelmUpgradeStep, PatchObjectStep, ReplaceObjectStep, Step } from '../model/step.ts';
import { formatFieldPath } from '../release/field-path.ts';
import { cleaningSteps } from './cleaning-steps.ts';
import { patchObjectStep } from './steps/patch-object.ts';
import { replaceObjectStep } from './steps/replace-object.ts';

/** What remedies are planned from. */
export interface RemedyInput {
  readonly decisions: readonly Decision[];
  /** What earlier rounds have found: decisions name remedies of these. */
  readonly findings: readonly Finding[];
}

/** The remedy that makes one object the release's own. */
export function adoptRemedy(object: ObjectRef): string {
  return `adopt:${object.kind.toLowerCase()}/${object.name}`;
}

/** The remedy that deletes one object, so that helm makes it anew. */
export function recreateRemedy(object: ObjectRef): string {
  return `recreate:${object.kind.toLowerCase()}/${object.name}`;
}

/** The remedy that leaves a flag of the guide's command out. */
export function dropRemedy(component: string, flag: string): string {
  return `drop:${component}:${flag}`;
}

/** True where someone decided for a remedy. */
export function isDecided(remedy: string, decisions: readonly Decision[]): boolean {
  return decisions.some((decision) => decision.remedy === remedy);
}

/** The steps that chosen remedies add before a component's upgrade, the least destructive first. */
export function remedySteps(
  upgrade: HelmUpgradeStep,
  release: Release | undefined,
  { decisions, findings }: RemedyInput,
): readonly Step[] {
  const chosen = (remedyOf: (object: ObjectRef) => string) =>
    distinct(
      findings.flatMap(({ component, object, remedies }) => {
        if (component !== upgrade.component || object === undefined) return [];
        const id = remedyOf(object);
        return isDecided(id, decisions) && remedies.some((remedy) => remedy.id === id) ? [object] : [];
      }),
    );
  return [
    ...cleaningSteps(upgrade, release, decisions),
    ...chosen(adoptRemedy).map((object) => adoptStep(upgrade, object)),
    ...chosen(recreateRemedy).map((object) => recreateStep(upgrade, object)),
  ];
}

function distinct(objects: readonly ObjectRef[]): readonly ObjectRef[] {
  return [...new Map(objects.map((object) => [formatRef(object), object])).values()];
}

/**
 * One label and two annotations make an object a release's own.
 * Source: helm pkg/action/validate.go, checkOwnership.
 */
function adoptStep(upgrade: HelmUpgradeStep, object: ObjectRef): PatchObjectStep {
  const metadata = (...keys: readonly string[]) => formatFieldPath(['metadata', ...keys]);
  return patchObjectStep({
    id: `${upgrade.component}/adopt/${object.kind.toLowerCase()}/${object.name}`,
    title: `Make ${formatRef(object)} an object of release ${upgrade.release}`,
    component: upgrade.component,
    object,
    remove: [],
    set: [
      { path: metadata('labels', 'app.kubernetes.io/managed-by'), value: 'Helm' },
      { path: metadata('annotations', 'meta.helm.sh/release-name'), value: upgrade.release },
      { path: metadata('annotations', 'meta.helm.sh/release-namespace'), value: upgrade.namespace },
    ],
    risk: 'reversible',
  });
}

function recreateStep(upgrade: HelmUpgradeStep, object: ObjectRef): ReplaceObjectStep {
  return replaceObjectStep({
    id: `${upgrade.component}/recreate/${object.kind.toLowerCase()}/${object.name}`,
    title: `Delete ${formatRef(object)}, so that helm makes it anew`,
    component: upgrade.component,
    object,
    // Pods of a StatefulSet are adopted by the new one by their labels; those of a Deployment would stay beside the new.
    orphansPods: object.kind === 'StatefulSet' || object.kind === 'DaemonSet',
  });
}
