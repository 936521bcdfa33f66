import type { Remedy } from '../../model/finding.ts';
import type { KubeObject } from '../../model/kube.ts';
import { byHand, create, within } from './by-hand.ts';

/**
 * Why a claim gets no volume, in the volume controller's words. No remedy makes the claim anew: its data would go.
 * Source: k8s.io/kubernetes pkg/controller/volume/persistentvolume/pv_controller.go.
 */
export function claimTrouble(
  { metadata }: KubeObject,
  phase: string,
  message: string,
): { readonly field?: string | undefined; readonly remedies: readonly Remedy[] } {
  const described = ['kubectl', 'describe', 'pvc', metadata.name, ...within(metadata)];
  if (phase === 'Lost') {
    const remedy = byHand('restore-volume', 'Find its volume or its backup; leave the claim as it is', described);
    return { field: 'spec.volumeName', remedies: [remedy] };
  }
  const missing = /storageclass(?:\.storage\.k8s\.io)?s? "([^"]+)" not found/i.exec(message)?.[1];
  if (missing !== undefined) return { field: 'spec.storageClassName', remedies: [create('StorageClass', missing)] };
  if (/no storage class is set/.test(message)) {
    const remedy = byHand('set-storage-class', 'Name a storage class in the values file, or make one the default', [
      'kubectl',
      'get',
      'storageclass',
    ]);
    return { field: 'spec.storageClassName', remedies: [remedy] };
  }
  if (/failed to provision volume/.test(message))
    return { remedies: [byHand('mend-provisioner', 'Have the provisioner of its class do its work', described)] };
  return { remedies: [byHand('read-claim', 'See what keeps it from a volume', described)] };
}
