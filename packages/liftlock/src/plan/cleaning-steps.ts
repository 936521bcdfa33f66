import type { Decision } from '../model/finding.ts';
import type { Json } from '../model/json.ts';
import { refOf, type KubeObject, type ObjectRef } from '../model/kube.ts';
import type { Release } from '../model/snapshot.ts';
import type { HelmUpgradeStep, PatchObjectStep } from '../model/step.ts';
import { fieldAt, parseFieldPath } from '../release/field-path.ts';
import { parseManifest } from '../release/manifest.ts';
import { patchObjectStep } from './steps/patch-object.ts';

/** The remedy that takes away one field which a failed revision has left behind (O31). */
export function cleaningRemedy(component: string, object: Pick<ObjectRef, 'kind' | 'name'>, path: string): string {
  return `clean:${component}:${object.kind.toLowerCase()}/${object.name}:${path}`;
}

/**
 * The patches that were decided on, one for each object, to be made before the component's upgrade. The failed manifests
 * say which object is meant; what none of them sets is left alone.
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
  const found = new Map<string, { readonly object: ObjectRef; readonly remove: string[] }>();
  const objects = (release?.failedManifests ?? []).flatMap(parseManifest);
  for (const id of wanted.toSorted()) {
    const prefixOf = (object: KubeObject) => cleaningRemedy(upgrade.component, refOf(object), '');
    const object = objects.find((item) => id.startsWith(prefixOf(item)) && sets(item, id.slice(prefixOf(item).length)));
    if (object === undefined) continue;
    const prefix = prefixOf(object);
    const known = found.get(prefix) ?? { object: inNamespace(object, upgrade.namespace), remove: [] };
    known.remove.push(id.slice(prefix.length));
    found.set(prefix, known);
  }
  return [...found.values()].map(({ object, remove }) =>
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

/** Only what a failed revision has set is taken away: an id is no way to remove anything else. */
function sets(object: KubeObject, path: string): boolean {
  return fieldAt(object as unknown as Json, parseFieldPath(path)) !== undefined;
}

/** helm puts an object whose manifest names no namespace into the release's. */
function inNamespace(object: KubeObject, namespace: string): ObjectRef {
  return { namespace, ...refOf(object) };
}
