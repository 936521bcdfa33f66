import type { ServedKind } from '../model/permission.ts';

const groups: Readonly<Record<string, readonly string[]>> = {
  '': ['configmaps', 'persistentvolumeclaims', 'secrets', 'serviceaccounts', 'services'],
  apps: ['daemonsets', 'deployments', 'statefulsets'],
  autoscaling: ['horizontalpodautoscalers'],
  batch: ['cronjobs', 'jobs'],
  'networking.k8s.io': ['ingresses', 'networkpolicies'],
  policy: ['poddisruptionbudgets'],
  'rbac.authorization.k8s.io': ['rolebindings', 'roles'],
};

/** Namespaced kinds that charts usually hold: for where nobody has rendered them. */
export const usualKinds: readonly ServedKind[] = Object.entries(groups).flatMap(([group, resources]) =>
  resources.map((resource) => ({ group, resource, isNamespaced: true })),
);
