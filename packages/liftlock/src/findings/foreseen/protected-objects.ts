import type { KubeObject } from '../../model/kube.ts';
import { isKubernetesApi } from '../../release/kubernetes-apis.ts';

/** Kinds whose deletion takes data or other people's objects along (O6). */
const protectedKinds = new Set([
  'CustomResourceDefinition',
  'Namespace',
  'PersistentVolume',
  'PersistentVolumeClaim',
  'StorageClass',
]);

/** Custom resources are protected too: their operators delete what they stand for. */
export function isCustomResource(object: Pick<KubeObject, 'apiVersion'>): boolean {
  return !isKubernetesApi(object.apiVersion);
}

/** True for an object that may not be deleted without being named, by its kind alone. */
export function isProtectedKind(object: Pick<KubeObject, 'apiVersion' | 'kind'>): boolean {
  return protectedKinds.has(object.kind) || isCustomResource(object);
}
