import type { Decision, Finding } from '../model/finding.ts';
import { formatRef, type ObjectRef } from '../model/kube.ts';
import type { Release } from '../model/snapshot.ts';
import type { HelmUpgradeStep, PatchObjectStep, ReplaceObjectStep, Step } from '../model/step.ts';
import { formatFieldPath } from '../release/field-path.ts';
import { successionOf } from '../release/kubernetes-apis.ts';
import { cleaningSteps } from './cleaning-steps.ts';
import { keepingStep } from './steps/keep-object.ts';
import { patchObjectStep } from './steps/patch-object.ts';
import { replaceObjectStep } from './steps/replace-object.ts';
import { rewriteRecordStep } from './steps/rewrite-record.ts';

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

/** The remedy that keeps an object which helm would delete. */
export function keepRemedy(object: ObjectRef): string {
  return `keep:${wordOf(object.kind)}/${object.name}`;
}

/** The consent that helm deletes an object which holds data. */
export function deleteRemedy(object: ObjectRef): string {
  return `delete:${wordOf(object.kind)}/${object.name}`;
}

/** The remedy that rewrites removed API versions in helm's record of a component's release. */
export function rewriteRemedy(component: string): string {
  return `rewrite:${component}`;
}

/** The consent that --force strips what others have set. */
export function stripRemedy(component: string): string {
  return `strip:${component}`;
}

/** As people say it. */
function wordOf(kind: string): string {
  return kind === 'PersistentVolumeClaim' ? 'pvc' : kind.toLowerCase();
}

/** Pods of a StatefulSet are adopted by the new one by their labels; those of a Deployment would stay beside the new. */
export function orphansPods(kind: string): boolean {
  return kind === 'StatefulSet' || kind === 'DaemonSet';
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
    ...rewriting(upgrade, release, { decisions, findings }),
    ...cleaningSteps(upgrade, release, decisions),
    ...chosen(keepRemedy).map((object) => keepingStep(upgrade.component, object)),
    ...chosen(adoptRemedy).map((object) => adoptStep(upgrade, object)),
    ...chosen(recreateRemedy).map((object) => recreateStep(upgrade, object)),
  ];
}

/** helm compares with the installed revision, or with the newest one where none is: that record is rewritten. */
function rewriting(
  { component, release: name, namespace }: HelmUpgradeStep,
  release: Release | undefined,
  { decisions, findings }: RemedyInput,
): readonly Step[] {
  const id = rewriteRemedy(component);
  if (release === undefined || !isDecided(id, decisions)) return [];
  const changes = findings.flatMap((finding) => {
    const isIt = finding.component === component && finding.remedies.some((remedy) => remedy.id === id);
    const succession = isIt && finding.object !== undefined ? successionOf(finding.object) : undefined;
    if (succession === undefined || finding.object === undefined) return [];
    const { kind, apiVersion: from } = finding.object;
    return [{ kind, from, ...(succession.to === undefined ? {} : { to: succession.to }) }];
  });
  const each = [...new Map(changes.map((change) => [`${change.kind} ${change.from}`, change])).values()];
  const { revision } = release.installed ?? release.newest;
  return each.length === 0 ? [] : [rewriteRecordStep({ component, release: name, namespace }, revision, each)];
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
    orphansPods: orphansPods(object.kind),
  });
}
