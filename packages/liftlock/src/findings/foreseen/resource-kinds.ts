/** Kinds by the resource that the API server names in what it forbids. Source: k8s.io/api, and `kubectl api-resources`. */
const kinds: Readonly<Record<string, string>> = {
  configmaps: 'ConfigMap',
  endpoints: 'Endpoints',
  limitranges: 'LimitRange',
  persistentvolumeclaims: 'PersistentVolumeClaim',
  persistentvolumes: 'PersistentVolume',
  pods: 'Pod',
  resourcequotas: 'ResourceQuota',
  secrets: 'Secret',
  serviceaccounts: 'ServiceAccount',
  services: 'Service',
  'clusterrolebindings.rbac.authorization.k8s.io': 'ClusterRoleBinding',
  'clusterroles.rbac.authorization.k8s.io': 'ClusterRole',
  'cronjobs.batch': 'CronJob',
  'daemonsets.apps': 'DaemonSet',
  'deployments.apps': 'Deployment',
  'horizontalpodautoscalers.autoscaling': 'HorizontalPodAutoscaler',
  'ingresses.networking.k8s.io': 'Ingress',
  'jobs.batch': 'Job',
  'networkpolicies.networking.k8s.io': 'NetworkPolicy',
  'poddisruptionbudgets.policy': 'PodDisruptionBudget',
  'priorityclasses.scheduling.k8s.io': 'PriorityClass',
  'rolebindings.rbac.authorization.k8s.io': 'RoleBinding',
  'roles.rbac.authorization.k8s.io': 'Role',
  'statefulsets.apps': 'StatefulSet',
  'storageclasses.storage.k8s.io': 'StorageClass',
};

/** The kind of a resource such as `deployments.apps`; undefined for one that is not Kubernetes' own. */
export function kindOf(resource: string): string | undefined {
  return Object.hasOwn(kinds, resource) ? kinds[resource] : undefined;
}
