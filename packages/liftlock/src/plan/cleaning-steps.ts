import type { Decision } from '../model/finding.ts';
import { refOf, type KubeObject, type ObjectRef } from '../model/kube.ts';
import type { Release } from '../model/snapshot.ts';
import type { HelmUpgradeStep, PatchObjectStep } from '../model/step.ts';
import { parseManifest } from '../release/manifest.ts';
import { patchObjectStep } from './steps/patch-object.ts';

/** The remedy that takes away one field which a failed revision has left behind (O31). */
export function cleaningRemedy(component: string, object: Pick<ObjectRef, 'kind' | 'name'>, path: string): string {
  return `clean:${component}:${object.kind.toLowerCase()}/${object.name}:${path}`;
}

/**
 * The patches that were decided on, one for each object, to be made before the component's upgrade. The failed manifests
 * say which object is meant; what none of them has is left alone.
 */
export function cleaningSteps(
  upgrade: HelmUpgradeStep,
  release: Release | undefined,
  decisions: readonly Decision[],
): readonly PatchObjectStep[] {
  const wanted = [...new Set(decisions.map((decision) => decision.remedy))].filter((id) =>
    id.startsWith(`clean:${upgrade.component}:`),
  );
  if (wanted.length === 0) return [];
  const paths = new Map<string, { readonly object: ObjectRef; readonly remove: string[] }>();
  const objects = (release?.failedManifests ?? [])
    .flatMap(parseManifest)
    .map((object) => inNamespace(object, upgrade.namespace));
  for (const id of wanted.toSorted()) {
    const object = objects.find((item) => id.startsWith(cleaningRemedy(upgrade.component, item, '')));
    if (object === undefined) continue;
    const prefix = cleaningRemedy(upgrade.component, object, '');
    const known = paths.get(prefix) ?? { object, remove: [] };
    known.remove.push(id.slice(prefix.length));
    paths.set(prefix, known);
  }
  return [...paths.values()].map(({ object, remove }) =>
    patchObjectStep({
      id: `${upgrade.component}/clean/${object.kind.toLowerCase()}/${object.name}`,
      title: `Remove what a failed revision left on ${object.kind} ${object.name}: ${remove.join(', ')}`,
      component: upgrade.component,
      object,
      remove,
      // The patch of a pod template starts pods of the failed revision, and with them their migrations.
      risk:
        upgrade.migrates !== undefined && remove.some((path) => path.startsWith('spec.template.'))
          ? 'irreversible'
          : 'reversible',
    }),
  );
}

/** helm puts an object whose manifest names no namespace into the release's. */
function inNamespace(object: KubeObject, namespace: string): ObjectRef {
  return { namespace, ...refOf(object) };
}
