import { canonicalJson } from '../model/json.ts';
import type { KubeObject } from '../model/kube.ts';

/** Metadata that the API server writes itself: sent along, it is refused or goes stale. */
const serverMetadata: readonly string[] = [
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'managedFields',
  'selfLink',
];

/** Written by the Deployment controller after each change. */
const controllerAnnotations: readonly string[] = ['deployment.kubernetes.io/revision'];

/** What of an object a person or helm has written: without its status and what the server and its controllers add. */
export function restorable(object: KubeObject): KubeObject {
  const { status: _status, ...rest } = object;
  const { annotations, ...metadata } = Object.fromEntries(
    Object.entries(object.metadata).filter(([key]) => !serverMetadata.includes(key)),
  ) as unknown as KubeObject['metadata'];
  const kept = Object.entries(annotations ?? {}).filter(([key]) => !controllerAnnotations.includes(key));
  return {
    ...rest,
    metadata: { ...metadata, ...(kept.length === 0 ? {} : { annotations: Object.fromEntries(kept) }) },
  };
}

/** Whether two objects are the same apart from what the server writes; claims are, when they are on the same volume. */
export function isSameObject(a: KubeObject, b: KubeObject): boolean {
  if (a.kind === 'PersistentVolumeClaim' && b.kind === a.kind) return a.spec?.['volumeName'] === b.spec?.['volumeName'];
  return canonicalJson(restorable(a)) === canonicalJson(restorable(b));
}
