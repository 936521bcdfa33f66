import type { Finding } from '../../model/finding.ts';
import { jsonAt, type Json } from '../../model/json.ts';
import { refOf, type KubeObject } from '../../model/kube.ts';
import { listAt, textAt } from '../faults/read.ts';
import { finding } from '../make-finding.ts';

/** Versions of a live definition that stored objects may have and the new one no longer knows. */
export function droppedVersions(crd: KubeObject, live: KubeObject): readonly string[] {
  const versions = new Set(listAt(crd.spec, 'versions').map((version) => textAt(version, 'name')));
  const stored = jsonAt(live.status, ['storedVersions']);
  const names = Array.isArray(stored) ? (stored as readonly Json[]).filter((name) => typeof name === 'string') : [];
  return names.filter((name) => !versions.has(name));
}

/** A definition that the upgrade changes, or that a person must apply, would drop versions that are stored (O26). */
export function storedVersionFindings(
  component: string,
  crd: KubeObject,
  live: KubeObject,
  byHelm: boolean,
): readonly Finding[] {
  const dropped = droppedVersions(crd, live);
  if (dropped.length === 0) return [];
  const many = dropped.length > 1;
  return [
    finding({
      code: 'CRD_VERSION_STORED',
      severity: byHelm ? 'blocker' : 'warning',
      component,
      object: refOf(crd),
      field: 'spec.versions',
      message: `CustomResourceDefinition ${crd.metadata.name} of the new chart no longer has ${dropped.join(', ')}, and objects may be stored in ${many ? 'those versions' : 'that version'} (status.storedVersions). ${byHelm ? 'The API server refuses that' : 'helm leaves the definition as it is; applied by hand, it would be refused'}.`,
    }),
  ];
}

/** A definition from `crds/` that helm leaves as it is, or does not install in an upgrade. */
export function notUpgraded(component: string, crd: KubeObject, live: KubeObject | undefined): Finding {
  const name = crd.metadata.name;
  const missing =
    live === undefined
      ? []
      : listAt(crd.spec, 'versions')
          .map((version) => textAt(version, 'name'))
          .filter((version) => !listAt(live.spec, 'versions').some((item) => textAt(item, 'name') === version));
  const difference = missing.length === 0 ? '' : ` The cluster lacks ${missing.join(', ')}.`;
  return finding({
    code: 'CRD_NOT_UPGRADED',
    severity: 'warning',
    component,
    object: refOf(crd),
    message:
      live === undefined
        ? `CustomResourceDefinition ${name} lies in crds/ of the new chart and does not exist: helm installs those with the first revision only.`
        : `CustomResourceDefinition ${name} in crds/ of the new chart differs from the one in the cluster, and helm leaves it as it is.${difference}`,
  });
}
