/**
 * API groups that the API server itself serves; every other one comes from a CustomResourceDefinition or an aggregated
 * server, also where its name ends in `.k8s.io`, as that of metrics does.
 * Source: k8s.io/kubernetes pkg/controlplane, and the two of k8s.io/apiextensions-apiserver and k8s.io/kube-aggregator.
 */
export const kubernetesGroups: ReadonlySet<string> = new Set([
  '',
  'admissionregistration.k8s.io',
  'apiextensions.k8s.io',
  'apiregistration.k8s.io',
  'apps',
  'authentication.k8s.io',
  'authorization.k8s.io',
  'autoscaling',
  'batch',
  'certificates.k8s.io',
  'coordination.k8s.io',
  'discovery.k8s.io',
  'events.k8s.io',
  'flowcontrol.apiserver.k8s.io',
  'internal.apiserver.k8s.io',
  'networking.k8s.io',
  'node.k8s.io',
  'policy',
  'rbac.authorization.k8s.io',
  'resource.k8s.io',
  'scheduling.k8s.io',
  'storage.k8s.io',
  'storagemigration.k8s.io',
]);
