import type { Finding } from '../../model/finding.ts';
import { canonicalJson, jsonAt, type Json } from '../../model/json.ts';
import { formatRef, isSameObject, refOf, type KubeObject } from '../../model/kube.ts';
import { parseQuantity } from '../../model/quantity.ts';
import { finding } from '../make-finding.ts';
import { isProtectedKind } from './protected-objects.ts';

/** One write of the upgrade: the object before, if it existed, and as it would be. */
export interface ForeseenWrite {
  readonly before?: KubeObject | undefined;
  readonly after: KubeObject;
}

export interface WayBack {
  readonly component: string;
  readonly namespace: string;
  /** The installed revision's objects. */
  readonly former: readonly KubeObject[];
  readonly writes: readonly ForeseenWrite[];
  /** Images of the installed revision that are gone from their registry. */
  readonly goneImages: readonly string[];
}

/** What would bar a rollback of this upgrade, or be lost by it: known before the upgrade begins (O18). */
export function wayBackFindings(way: WayBack): readonly Finding[] {
  const reasons = [
    ...way.writes.flatMap((write) => barOf(write, way)),
    ...(way.goneImages.length === 0 ? [] : [`images of the installed revision are gone: ${way.goneImages.join(', ')}`]),
  ];
  const taken = way.writes
    .filter(({ before, after }) => before === undefined && isProtectedKind(after) && !isFormer(after, way))
    .map(({ after }) => formatRef({ namespace: way.namespace, ...refOf(after) }));
  return [
    ...(reasons.length === 0
      ? []
      : [
          finding({
            code: 'ROLLBACK_BLOCKED',
            severity: 'warning',
            component: way.component,
            message: `After this upgrade helm could not go back: ${reasons.join('; ')}.`,
          }),
        ]),
    ...(taken.length === 0
      ? []
      : [
          finding({
            code: 'ROLLBACK_BLOCKED',
            severity: 'info',
            component: way.component,
            message: `A rollback of this upgrade would delete what it makes first, with what is in it: ${taken.join(', ')}.`,
          }),
        ]),
  ];
}

function isFormer(object: KubeObject, { former, namespace }: WayBack): boolean {
  return former.some((item) => isSameObject(item, object, namespace));
}

/** Changes that the API server lets pass in one direction only. */
function barOf({ before, after }: ForeseenWrite, way: WayBack): readonly string[] {
  const name = formatRef({ namespace: way.namespace, ...refOf(after) });
  if (before === undefined) {
    const old = way.former.find((item) => isSameObject(item, after, way.namespace));
    return old !== undefined && fixedPart(old) !== fixedPart(after)
      ? [`${name} is made anew, since fields of it cannot be changed: not back either`]
      : [];
  }
  if (after.kind === 'PersistentVolumeClaim') {
    const [small = 0, large = 0] = [before, after].map((claim) =>
      parseQuantity(jsonAt(claim.spec, ['resources', 'requests', 'storage'])),
    );
    return small > 0 && large > small ? [`${name} grows, and no claim can shrink`] : [];
  }
  if (after.kind === 'ConfigMap' || after.kind === 'Secret') {
    const wasFixed = jsonAt(before as never, ['immutable']) === true;
    const isFixed = jsonAt(after as never, ['immutable']) === true;
    return isFixed && !wasFixed ? [`${name} becomes immutable`] : [];
  }
  return [];
}

/** What cannot be changed of the kinds that have to be made anew. Sources: the validation of each kind in Kubernetes. */
function fixedPart({ kind, spec, ...rest }: KubeObject): string {
  const part = (keys: readonly string[]) => canonicalJson(keys.map((key) => jsonAt(spec, [key]) ?? null));
  switch (kind) {
    case 'Deployment':
    case 'DaemonSet':
    case 'ReplicaSet':
      return part(['selector']);
    case 'StatefulSet':
      return canonicalJson([
        part(['selector', 'serviceName', 'podManagementPolicy']),
        claimNames(jsonAt(spec, ['volumeClaimTemplates'])),
      ]);
    case 'Job':
      return canonicalJson(containerImages(jsonAt(spec, ['template', 'spec', 'containers'])));
    case 'RoleBinding':
    case 'ClusterRoleBinding':
      return canonicalJson(jsonAt(rest as never, ['roleRef']) ?? null);
    default:
      return '';
  }
}

/** Defaults differ between what a manifest has and what is stored: only what charts write is compared. */
function claimNames(templates: Json | undefined): Json {
  return items(templates).map((claim) => [
    jsonAt(claim, ['metadata', 'name']) ?? null,
    jsonAt(claim, ['spec', 'resources', 'requests', 'storage']) ?? null,
    jsonAt(claim, ['spec', 'accessModes']) ?? null,
    jsonAt(claim, ['spec', 'storageClassName']) ?? null,
  ]);
}

function containerImages(containers: Json | undefined): Json {
  return items(containers).map((container) => jsonAt(container, ['image']) ?? null);
}

function items(list: Json | undefined): readonly Json[] {
  return Array.isArray(list) ? (list as readonly Json[]) : [];
}
