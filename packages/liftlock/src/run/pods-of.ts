import { controllerOf } from '../findings/faults/release-scope.ts';
import type { KubeObject, ObjectRef } from '../model/kube.ts';
import { findLive } from './aside.ts';
import type { World } from './world.ts';

/** Pods that workloads of the list have made, through ReplicaSets as well. */
export async function podsOf(
  objects: readonly ObjectRef[],
  namespace: string,
  world: Pick<World, 'reader' | 'redactor'>,
): Promise<readonly KubeObject[]> {
  const live = await Promise.all(
    objects.filter(({ kind }) => makers.has(kind)).map(async (object) => findLive(world, object)),
  );
  const owners = new Set(live.map((object) => object?.metadata.uid));
  const replicaSets = await world.reader.list(`/apis/apps/v1/namespaces/${namespace}/replicasets`);
  for (const set of replicaSets) if (owners.has(controllerOf(set)?.uid)) owners.add(set.metadata.uid);
  const pods = await world.reader.list(`/api/v1/namespaces/${namespace}/pods`);
  return pods.filter((pod) => {
    const owner = controllerOf(pod)?.uid;
    return owner !== undefined && owners.has(owner);
  });
}

const makers = new Set(['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'Job']);
