import { kubernetesGroups } from '../../model/kubernetes-groups.ts';

/**
 * True for a question what an API serves that is not Kubernetes' own: where another program behind the API server is broken, it may
 * be so for days, and helm does without it.
 * @param path with or without its query
 */
export function isOthersDiscovery(path: string): boolean {
  const group = /^\/apis\/([^/?]+)(?:\/[^/?]+)?\/?(?:\?|$)/.exec(path)?.[1];
  return group !== undefined && !kubernetesGroups.has(group);
}
