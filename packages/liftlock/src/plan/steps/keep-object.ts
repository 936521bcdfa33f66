import { formatRef, nameWithin, type ObjectRef } from '../../model/kube.ts';
import type { PatchObjectStep } from '../../model/step.ts';
import { formatFieldPath } from '../../release/field-path.ts';
import { patchObjectStep } from './patch-object.ts';

/**
 * Annotates one live object so that helm leaves it where it is when it is no longer in the manifest. helm reads the annotation of
 * the live object in upgrades and rollbacks, and of the stored manifest in an uninstall.
 * Source: helm pkg/kube/client.go (update) and pkg/action/resource_policy.go.
 * @param home the release's namespace: an object of another one has its own in the step's id
 */
export function keepingStep(component: string, object: ObjectRef, home: string): PatchObjectStep {
  return patchObjectStep({
    id: `${component}/keep/${object.kind.toLowerCase()}/${nameWithin(object, home)}`,
    title: `Annotate ${formatRef(object)}, so that helm keeps it`,
    component,
    object,
    remove: [],
    set: [{ path: formatFieldPath(['metadata', 'annotations', 'helm.sh/resource-policy']), value: 'keep' }],
    risk: 'reversible',
  });
}
