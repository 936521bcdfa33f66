import type { KubeObject, ObjectRef } from '../../model/kube.ts';

/** Kinds that may be deleted and made anew without losing data, and what is lost meanwhile. */
const losses: Readonly<Record<string, string>> = {
  ClusterRoleBinding: 'its subjects lack their rights for a moment',
  ConfigMap: 'pods that start in that moment wait for it',
  DaemonSet: 'its pods go on, and the new one takes them over',
  Deployment: 'its pods end before new ones start: an outage',
  Ingress: 'its hosts cannot be reached for a moment, and its address may change',
  Job: 'its pods and their logs go, and it runs again',
  PodDisruptionBudget: 'nothing guards its pods for a moment',
  PriorityClass: 'pods that start in that moment are refused',
  ReplicaSet: 'its pods end before new ones start: an outage',
  RoleBinding: 'its subjects lack their rights for a moment',
  Secret: 'pods that start in that moment wait for it, and what it holds is what the chart renders',
  Service: 'its cluster address changes, and nothing reaches it for a moment',
  StatefulSet: 'its pods go on, the new one takes them over, and its claims stay',
  StorageClass: 'claims that are made in that moment wait for it; those that are there stay',
};

/** What is lost while an object is made anew; undefined for one that must not be: its data would go. */
export function lossOf(object: Pick<ObjectRef, 'kind'>, live?: KubeObject): string | undefined {
  if (!Object.hasOwn(losses, object.kind)) return undefined;
  if (object.kind === 'Service' && live?.spec?.['type'] === 'LoadBalancer')
    return 'its load balancer goes, a new one may have another address, and nothing reaches it until then';
  return losses[object.kind];
}
