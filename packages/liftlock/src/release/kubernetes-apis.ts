import type { ObjectRef } from '../model/kube.ts';
import { kubernetesGroups } from '../model/kubernetes-groups.ts';

/** Served until 1.22; helm's records still name it. */
const formerGroup = 'extensions';

/** `apps` of `apps/v1`; empty for the core group. */
export function groupOf(apiVersion: string): string {
  return apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';
}

/** True for a version of an API group that Kubernetes itself serves or once served. */
export function isKubernetesApi(apiVersion: string): boolean {
  const group = groupOf(apiVersion);
  return group === formerGroup || kubernetesGroups.has(group);
}

/**
 * Kinds that Kubernetes has moved: the versions that it no longer serves, and the one that took their place. No `to`: the
 * kind is gone.
 * Source: https://kubernetes.io/docs/reference/using-api/deprecation-guide/
 */
const removed: readonly { readonly kinds: string; readonly from: string; readonly to?: string }[] = [
  { kinds: 'DaemonSet Deployment ReplicaSet', from: 'extensions/v1beta1', to: 'apps/v1' },
  { kinds: 'Deployment StatefulSet', from: 'apps/v1beta1', to: 'apps/v1' },
  { kinds: 'DaemonSet Deployment ReplicaSet StatefulSet', from: 'apps/v1beta2', to: 'apps/v1' },
  { kinds: 'NetworkPolicy', from: 'extensions/v1beta1', to: 'networking.k8s.io/v1' },
  { kinds: 'Ingress', from: 'extensions/v1beta1', to: 'networking.k8s.io/v1' },
  { kinds: 'Ingress IngressClass', from: 'networking.k8s.io/v1beta1', to: 'networking.k8s.io/v1' },
  { kinds: 'PodSecurityPolicy', from: 'extensions/v1beta1' },
  { kinds: 'PodSecurityPolicy', from: 'policy/v1beta1' },
  { kinds: 'PodDisruptionBudget', from: 'policy/v1beta1', to: 'policy/v1' },
  {
    kinds: 'MutatingWebhookConfiguration ValidatingWebhookConfiguration',
    from: 'admissionregistration.k8s.io/v1beta1',
    to: 'admissionregistration.k8s.io/v1',
  },
  { kinds: 'CustomResourceDefinition', from: 'apiextensions.k8s.io/v1beta1', to: 'apiextensions.k8s.io/v1' },
  { kinds: 'APIService', from: 'apiregistration.k8s.io/v1beta1', to: 'apiregistration.k8s.io/v1' },
  { kinds: 'CertificateSigningRequest', from: 'certificates.k8s.io/v1beta1', to: 'certificates.k8s.io/v1' },
  { kinds: 'Lease', from: 'coordination.k8s.io/v1beta1', to: 'coordination.k8s.io/v1' },
  ...['v1alpha1', 'v1beta1'].map((version) => ({
    kinds: 'ClusterRole ClusterRoleBinding Role RoleBinding',
    from: `rbac.authorization.k8s.io/${version}`,
    to: 'rbac.authorization.k8s.io/v1',
  })),
  { kinds: 'PriorityClass', from: 'scheduling.k8s.io/v1beta1', to: 'scheduling.k8s.io/v1' },
  {
    kinds: 'CSIDriver CSINode CSIStorageCapacity StorageClass VolumeAttachment',
    from: 'storage.k8s.io/v1beta1',
    to: 'storage.k8s.io/v1',
  },
  { kinds: 'CronJob', from: 'batch/v1beta1', to: 'batch/v1' },
  { kinds: 'CronJob', from: 'batch/v2alpha1', to: 'batch/v1' },
  { kinds: 'EndpointSlice', from: 'discovery.k8s.io/v1beta1', to: 'discovery.k8s.io/v1' },
  { kinds: 'Event', from: 'events.k8s.io/v1beta1', to: 'events.k8s.io/v1' },
  { kinds: 'HorizontalPodAutoscaler', from: 'autoscaling/v2beta1', to: 'autoscaling/v2' },
  { kinds: 'HorizontalPodAutoscaler', from: 'autoscaling/v2beta2', to: 'autoscaling/v2' },
  { kinds: 'RuntimeClass', from: 'node.k8s.io/v1beta1', to: 'node.k8s.io/v1' },
  ...['v1beta1', 'v1beta2', 'v1beta3'].map((version) => ({
    kinds: 'FlowSchema PriorityLevelConfiguration',
    from: `flowcontrol.apiserver.k8s.io/${version}`,
    to: 'flowcontrol.apiserver.k8s.io/v1',
  })),
];

/** What became of a version of a kind that Kubernetes has removed: its successor, or that there is none. */
export type Succession = { readonly to: string } | { readonly to: undefined };

/** Undefined for what Kubernetes has not removed. */
export function successionOf({ apiVersion, kind }: Pick<ObjectRef, 'apiVersion' | 'kind'>): Succession | undefined {
  const found = removed.find(({ from, kinds }) => from === apiVersion && kinds.split(' ').includes(kind));
  return found === undefined ? undefined : { to: found.to };
}
