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
  const namespaces = [...new Set([namespace, ...live.flatMap((object) => object?.metadata.namespace ?? [])])];
  const listed = async (path: string, plural: string) =>
    (await Promise.all(namespaces.map((name) => world.reader.list(`${path}/namespaces/${name}/${plural}`)))).flat();
  const replicaSets = await listed('/apis/apps/v1', 'replicasets');
  for (const set of replicaSets) if (owners.has(controllerOf(set)?.uid)) owners.add(set.metadata.uid);
  const pods = await listed('/api/v1', 'pods');
  return pods.filter((pod) => {
    const owner = controllerOf(pod)?.uid;
    return owner !== undefined && owners.has(owner);
  });
}

const makers = new Set(['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'Job']);
