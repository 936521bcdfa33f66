import type { Finding } from '../../model/finding.ts';
import { isJsonObject, jsonAt, type Json } from '../../model/json.ts';
import { refOf, type KubeObject } from '../../model/kube.ts';
import { selectedComponents, type PreflightEvidence } from '../evidence.ts';
import { allowing, finding } from '../make-finding.ts';

/** Storage classes that claim templates ask for. Claims of installed releases are bound already, so they only warn. */
export function storageFindings(evidence: PreflightEvidence): readonly Finding[] {
  const { snapshot } = evidence;
  if (snapshot.unread.some((unread) => unread.what === 'storage classes')) return [];
  return selectedComponents(evidence).flatMap(({ component, read }) => {
    const workloads = evidence.forecastWorkloads?.[component.name] ?? read?.workloads ?? [];
    const isInstall = read?.release === undefined;
    return workloads.flatMap((workload) =>
      templatesOf(workload).flatMap((template): readonly Finding[] => {
        const wanted = jsonAt(template, ['spec', 'storageClassName']);
        const lacks = missingClass(wanted, snapshot.storageClasses);
        if (lacks === undefined) return [];
        return [
          finding({
            code: 'STORAGE_CLASS_MISSING',
            severity: isInstall ? 'blocker' : 'warning',
            component: component.name,
            object: { namespace: snapshot.namespace, ...refOf(workload) },
            field: 'spec.volumeClaimTemplates',
            message: `${workload.kind} ${workload.metadata.name} asks for ${lacks}; a new claim would stay Pending.`,
            remedies: isInstall ? [allowing(`storage-class:${component.name}`, 'Install it all the same')] : [],
          }),
        ];
      }),
    );
  });
}

/** An empty class name asks for a volume that exists already, so nothing has to provide it. */
function missingClass(
  wanted: Json | undefined,
  classes: PreflightEvidence['snapshot']['storageClasses'],
): string | undefined {
  if (wanted === '') return undefined;
  if (typeof wanted === 'string') {
    return classes.some((item) => item.name === wanted)
      ? undefined
      : `the storage class ${wanted}, which does not exist`;
  }
  return classes.some((item) => item.isDefault) ? undefined : 'the default storage class, and the cluster has none';
}

function templatesOf(workload: KubeObject): readonly Json[] {
  const templates = workload.spec?.['volumeClaimTemplates'];
  return Array.isArray(templates) ? (templates as readonly Json[]).filter(isJsonObject) : [];
}
