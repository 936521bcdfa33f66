import type { KubeObject } from '../model/kube.ts';
import { isProblem } from '../model/problem.ts';
import type { LookParts } from './foreseen-release.ts';

/** Claims that go with an object: those that name it as their owner. */
export interface HangingClaims {
  readonly names: readonly string[];
  /** Why they could not be read; then nobody knows. */
  readonly unread?: string | undefined;
}

/** Lists the claims of an object's namespace that hang from it by owner reference. */
export async function hangingClaims(object: KubeObject, reader: LookParts['reader']): Promise<HangingClaims> {
  const { namespace, uid } = object.metadata;
  if (namespace === undefined || uid === undefined) return { names: [] };
  try {
    const claims = await reader.list(`/api/v1/namespaces/${namespace}/persistentvolumeclaims`);
    const own = claims.filter(({ metadata }) => metadata.ownerReferences?.some((owner) => owner.uid === uid));
    return { names: own.map(({ metadata }) => metadata.name) };
  } catch (error) {
    if (!isProblem(error)) throw error;
    return { names: [], unread: error.message };
  }
}
