import type { Finding } from '../../model/finding.ts';
import type { KubeObject } from '../../model/kube.ts';
import type { Component, Platform } from '../../model/platform.ts';
import { parseManifest } from '../../release/manifest.ts';
import { selectedComponents, type PreflightEvidence } from '../evidence.ts';
import { finding } from '../make-finding.ts';

/**
 * Claims that a migration protects and that the installed chart owns: the annotation on the live claim saves it from the
 * upgrade, but not from `helm uninstall`, which reads the manifest of its record. Tried with Helm 3.22 and 4.3.
 */
export function chartClaimFindings(evidence: PreflightEvidence): readonly Finding[] {
  return selectedComponents(evidence).flatMap(({ component, read }) => {
    const names = protectedClaims(evidence.platform, component);
    // The manifest is read only where it matters: it can be large.
    if (read?.release === undefined || names.size === 0) return [];
    const owned = parseManifest(read.release.manifest).filter((object) => isOwned(object, names));
    if (owned.length === 0) return [];
    const claims = owned.map(({ metadata }) => metadata.name).join(' and ');
    return [
      finding({
        code: 'CHART_OWNS_CLAIMS',
        severity: 'warning',
        component: component.name,
        message: `${claims}: until the upgrade has landed, \`helm uninstall ${component.release}\` would delete ${owned.length === 1 ? 'it' : 'them'}, annotated or not.`,
      }),
    ];
  });
}

function protectedClaims({ migrations, components }: Platform, { name }: Component): ReadonlySet<string> {
  const own = migrations.filter((migration) => (migration.component ?? components[0]?.name) === name);
  return new Set(
    own.flatMap(({ steps }) => steps.flatMap((step) => (step.kind === 'protect-claims' ? step.claims : []))),
  );
}

function isOwned({ kind, metadata }: KubeObject, names: ReadonlySet<string>): boolean {
  const isKept = metadata.annotations?.['helm.sh/resource-policy'] === 'keep';
  return kind === 'PersistentVolumeClaim' && names.has(metadata.name) && !isKept;
}
