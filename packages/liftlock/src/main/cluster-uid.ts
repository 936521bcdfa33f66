import type { ClusterReader } from '../model/ports.ts';
import { isProblem } from '../model/problem.ts';

/** The UID of the namespace kube-system, by which a cluster is known (O20); empty for who may not read it (O25). */
export async function clusterUid(reader: ClusterReader): Promise<string> {
  try {
    return (await reader.find('/api/v1/namespaces/kube-system'))?.metadata.uid ?? '';
  } catch (error) {
    if (isProblem(error) && error.details['status'] === 403) return '';
    throw error;
  }
}
