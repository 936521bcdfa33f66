import type { Decision, Finding } from '../model/finding.ts';
import { formatRef, nameWithin, type ObjectRef } from '../model/kube.ts';
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
  /** A failed upgrade of the component is rolled back by itself (O3). */
  readonly rollsBack?: boolean | undefined;
}

/**
 * The remedy that makes one object the release's own.
 * @param home the release's namespace: an object of another one is named with its own, here and below
 */
export function adoptRemedy(object: ObjectRef, home: string): string {
  return `adopt:${addressOf(object, home)}`;
}

/** The remedy that deletes one object, so that helm makes it anew. */
export function recreateRemedy(object: ObjectRef, home: string): string {
  return `recreate:${addressOf(object, home)}`;
}

/** The remedy that leaves a flag of the guide's command out. */
export function dropRemedy(component: string, flag: string): string {
  return `drop:${component}:${flag}`;
}

/** The remedy that keeps an object which helm would delete. */
export function keepRemedy(object: ObjectRef, home: string): string {
  return `keep:${addressOf(object, home, wordOf(object.kind))}`;
}

/** The consent that helm deletes an object which holds data. */
export function deleteRemedy(object: ObjectRef, home: string): string {
  return `delete:${addressOf(object, home, wordOf(object.kind))}`;
}

/** The remedy that rewrites removed API versions in helm's record of a component's release. */
export function rewriteRemedy(component: string): string {
  return `rewrite:${component}`;
}

/** The consent that --force strips what others have set. */
export function stripRemedy(component: string): string {
  return `strip:${component}`;
}

/** `service/web`, or `service/elsewhere/web`: one consent is for one object. */
export function addressOf(object: ObjectRef, home: string, word = object.kind.toLowerCase()): string {
  return `${word}/${nameWithin(object, home)}`;
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
  { decisions, findings, rollsBack = false }: RemedyInput,
): readonly Step[] {
  const chosen = (remedyOf: (object: ObjectRef, home: string) => string) =>
    distinct(
      findings.flatMap(({ component, object, remedies }) => {
        if (component !== upgrade.component || object === undefined) return [];
        const id = remedyOf(object, upgrade.namespace);
        return isDecided(id, decisions) && remedies.some((remedy) => remedy.id === id) ? [object] : [];
      }),
    );
  return [
    ...rewriting(upgrade, release, { decisions, findings }),
    ...cleaningSteps(upgrade, release, decisions),
    ...chosen(keepRemedy).map((object) => keepingStep(upgrade.component, object, upgrade.namespace)),
    ...chosen(adoptRemedy).map((object) => adoptStep(upgrade, object, rollsBack)),
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
 * One label and two annotations make an object a release's own; a third keeps it where a failed upgrade is rolled back, since
 * the former revision does not have it (O6). --force would take that one away again: there the way back sets it.
 * Source: helm pkg/action/validate.go, checkOwnership.
 */
function adoptStep(upgrade: HelmUpgradeStep, object: ObjectRef, rollsBack: boolean): PatchObjectStep {
  const metadata = (...keys: readonly string[]) => formatFieldPath(['metadata', ...keys]);
  const isKept = rollsBack && upgrade.force !== true;
  return patchObjectStep({
    id: `${upgrade.component}/adopt/${addressOf(object, upgrade.namespace)}`,
    title: `Make ${formatRef(object)} an object of release ${upgrade.release}${isKept ? ', which a rollback keeps' : ''}`,
    component: upgrade.component,
    object,
    remove: [],
    set: [
      { path: metadata('labels', 'app.kubernetes.io/managed-by'), value: 'Helm' },
      { path: ownerPath, value: upgrade.release },
      { path: metadata('annotations', 'meta.helm.sh/release-namespace'), value: upgrade.namespace },
      ...(isKept ? [{ path: metadata('annotations', 'helm.sh/resource-policy'), value: 'keep' }] : []),
    ],
    risk: 'reversible',
  });
}

const ownerPath = formatFieldPath(['metadata', 'annotations', 'meta.helm.sh/release-name']);

/** True for a step that makes an object a release's own. */
export function isAdoption(step: Step): step is PatchObjectStep {
  return step.kind === 'patch-object' && step.set.some(({ path }) => path === ownerPath);
}

function recreateStep(upgrade: HelmUpgradeStep, object: ObjectRef): ReplaceObjectStep {
  return replaceObjectStep({
    id: `${upgrade.component}/recreate/${addressOf(object, upgrade.namespace)}`,
    title: `Delete ${formatRef(object)}, so that helm makes it anew`,
    component: upgrade.component,
    object,
    orphansPods: orphansPods(object.kind),
  });
}
