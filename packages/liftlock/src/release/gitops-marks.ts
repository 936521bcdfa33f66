import type { GitOpsKind } from '../model/gitops.ts';
import { isJsonObject, type Json, type JsonObject } from '../model/json.ts';
import { formatRef, refOf, type KubeObject } from '../model/kube.ts';

/** What one object tells of the GitOps controller that writes it. */
export interface GitOpsMark {
  readonly kind: GitOpsKind;
  readonly name?: string | undefined;
  readonly namespace?: string | undefined;
  readonly evidence: string;
}

const trackingId = 'argocd.argoproj.io/tracking-id';

/**
 * Field managers of the controllers. Sources: Argo CD's ArgoCDSSAManager in common/common.go and, for client-side apply, the name of
 * its program; Flux's controllers write under their own names (`--field-manager` of fluxcd/pkg/ssa).
 */
const managers: Readonly<Record<string, GitOpsKind>> = {
  'argocd-controller': 'Application',
  'argocd-application-controller': 'Application',
  'helm-controller': 'HelmRelease',
  'kustomize-controller': 'Kustomization',
};

/**
 * The marks of GitOps controllers on a live object, the ones that name an owner first. Sources:
 * https://argo-cd.readthedocs.io/en/stable/user-guide/resource_tracking/ and
 * https://fluxcd.io/flux/components/helm/helmreleases/, https://fluxcd.io/flux/components/kustomize/kustomizations/
 */
export function gitOpsMarks(object: KubeObject): readonly GitOpsMark[] {
  const labels = object.metadata.labels ?? {};
  const annotations = object.metadata.annotations ?? {};
  const where = formatRef(refOf(object));
  const named: GitOpsMark[] = [];
  const tracking = annotations[trackingId];
  if (tracking !== undefined) named.push({ ...trackedBy(tracking), evidence: `${trackingId} of ${where}` });
  for (const [prefix, kind] of flux) {
    const name = labels[`${prefix}/name`];
    if (name === undefined) continue;
    named.push({ kind, name, namespace: labels[`${prefix}/namespace`], evidence: `label ${prefix}/name of ${where}` });
  }
  const other = [...Object.keys(labels), ...Object.keys(annotations)].find(
    (key) => key.startsWith('argocd.argoproj.io/') && key !== trackingId && !isHint(key),
  );
  if (tracking === undefined && other !== undefined)
    named.push({
      kind: 'Application',
      name: other === 'argocd.argoproj.io/instance' ? labels[other] : undefined,
      evidence: `${other} of ${where}`,
    });
  const known = new Set(named.map(({ kind }) => kind));
  const written = managersOf(object).flatMap((manager) => {
    const kind = managers[manager];
    return kind === undefined || known.has(kind) ? [] : [{ kind, evidence: `field manager ${manager} of ${where}` }];
  });
  return [...named, ...written];
}

const flux = [
  ['helm.toolkit.fluxcd.io', 'HelmRelease'],
  ['kustomize.toolkit.fluxcd.io', 'Kustomization'],
] as const;

/** Settings that a chart's author may write for whoever uses Argo CD: they say nothing of whether anybody does. */
function isHint(key: string): boolean {
  return /\/(hook|hook-delete-policy|sync-options|sync-wave|compare-options|manifest-generate-paths)$/.test(key);
}

/** `APPLICATION:GROUP/KIND:NAMESPACE/NAME`; an Application outside of Argo CD's own namespace is `NAMESPACE_NAME`. */
function trackedBy(tracking: string): Pick<GitOpsMark, 'kind' | 'name' | 'namespace'> {
  const [application = ''] = tracking.split(':');
  const [namespace, name] = application.split('_');
  return name === undefined ? { kind: 'Application', name: application } : { kind: 'Application', name, namespace };
}

function managersOf(object: KubeObject): readonly string[] {
  const { managedFields } = object.metadata as unknown as JsonObject;
  if (!Array.isArray(managedFields)) return [];
  return [
    ...new Set(
      (managedFields as readonly Json[]).flatMap((entry) =>
        isJsonObject(entry) && typeof entry['manager'] === 'string' && (entry['subresource'] ?? '') === ''
          ? [entry['manager']]
          : [],
      ),
    ),
  ];
}
