import { textAt } from '../findings/faults/read.ts';
import { jsonAt, type JsonObject } from '../model/json.ts';
import type { KubeObject } from '../model/kube.ts';
import { Problem } from '../model/problem.ts';
import { restorable } from '../release/restorable.ts';
import { volumePath } from './steps/retain-volumes.ts';
import type { World } from './world.ts';

/** Written by the controllers that bind: a claim that is made with them is taken for one that has lost its volume. */
const bindingAnnotations: readonly string[] = [
  'pv.kubernetes.io/bind-completed',
  'pv.kubernetes.io/bound-by-controller',
  'volume.beta.kubernetes.io/storage-provisioner',
  'volume.kubernetes.io/storage-provisioner',
  'volume.kubernetes.io/selected-node',
];

/** A claim as it is made again: with its volume named, and without what binding it has left. */
export function claimToRebind(kept: KubeObject): KubeObject {
  const { metadata, ...rest } = restorable(kept);
  const { ownerReferences: _owners, finalizers: _finalizers, annotations, ...own } = metadata;
  const others = Object.entries(annotations ?? {}).filter(([key]) => !bindingAnnotations.includes(key));
  return { ...rest, metadata: { ...own, ...(others.length === 0 ? {} : { annotations: Object.fromEntries(others) }) } };
}

/**
 * Makes a claim again and binds it to the volume that it had: the volume forgets the claim that is gone, and that one volume
 * alone (O5). Throws VOLUME_TAKEN where another claim has it.
 */
export async function rebind(kept: KubeObject, world: Pick<World, 'reader' | 'writer'>): Promise<void> {
  const { name, namespace = 'default' } = kept.metadata;
  const volume = textAt(kept.spec, 'volumeName');
  const path = claimPath(namespace, name);
  const live = await world.reader.find(path);
  if (volume !== '') await freeVolume(volume, { namespace, name, uid: live?.metadata.uid }, world);
  if (live === undefined) {
    await world.writer.create(path.slice(0, path.lastIndexOf('/')), claimToRebind(kept));
    return;
  }
  if (textAt(live.spec, 'volumeName') !== volume) throw onOtherVolume(live, volume);
}

/** The API server's path of a claim. */
export function claimPath(namespace: string, name: string): string {
  return `/api/v1/namespaces/${namespace}/persistentvolumeclaims/${name}`;
}

/** True for a claim that is bound to that volume, on both sides. */
export async function isBoundTo(
  volume: string,
  { namespace, name }: { readonly namespace: string; readonly name: string },
  world: Pick<World, 'reader'>,
): Promise<boolean> {
  const claim = await world.reader.find(claimPath(namespace, name));
  if (claim === undefined || textAt(claim.status, 'phase') !== 'Bound') return false;
  if (textAt(claim.spec, 'volumeName') !== volume) throw onOtherVolume(claim, volume);
  const live = await world.reader.find(volumePath(volume));
  return live !== undefined && textAt(live.spec, 'claimRef', 'uid') === claim.metadata.uid;
}

/** Longest wait for a claim that is bound by hand: nothing has to be made for it. */
const bindingMs = 60_000;

/** Waits until a claim that was made again is on its volume. Throws NOT_PUT_BACK. */
export async function awaitBound(kept: KubeObject, world: Pick<World, 'reader' | 'clock' | 'stop'>): Promise<void> {
  const { name, namespace = 'default' } = kept.metadata;
  const volume = textAt(kept.spec, 'volumeName');
  const until = world.clock.now().getTime() + bindingMs;
  if (volume === '') return;
  while (!(await isBoundTo(volume, { namespace, name }, world))) {
    if (world.clock.now().getTime() >= until || world.stop.signal.aborted) {
      throw new Problem('NOT_PUT_BACK', `PersistentVolumeClaim ${name} is not bound to ${volume}.`, {
        touched: 'yes',
        advice: [`See why: kubectl describe pvc ${name} --namespace ${namespace}`],
      });
    }
    await world.clock.sleep(500, world.stop.signal);
  }
}

/** What would come up on a new volume while the recorded one exists is stopped (O5). */
function onOtherVolume(claim: KubeObject, volume: string): Problem {
  const { name, namespace } = claim.metadata;
  return new Problem(
    'CLAIM_ON_OTHER_VOLUME',
    `PersistentVolumeClaim ${name} is on ${textAt(claim.spec, 'volumeName') || 'no volume'}, and its data is on ${volume}. Nothing is installed.`,
    {
      touched: 'yes',
      advice: [
        'Something has made a claim of that name meanwhile. See what:',
        `kubectl get pvc ${name} --namespace ${namespace ?? 'default'} -o yaml`,
        'When that claim is gone: liftlock resume',
      ],
    },
  );
}

async function freeVolume(
  volume: string,
  claim: { readonly namespace: string; readonly name: string; readonly uid: string | undefined },
  world: Pick<World, 'reader' | 'writer'>,
): Promise<void> {
  const live = await world.reader.find(volumePath(volume));
  if (live === undefined) {
    throw new Problem('VOLUME_GONE', `PersistentVolume ${volume} of claim ${claim.name} does not exist any more.`, {
      touched: 'yes',
      advice: ['Restore it from your backup or snapshot; nothing was installed over it.'],
    });
  }
  const held = jsonAt(live.spec, ['claimRef']) as JsonObject | undefined;
  if (held === undefined || held['uid'] === undefined || held['uid'] === claim.uid) return;
  if (held['namespace'] !== claim.namespace || held['name'] !== claim.name) {
    throw new Problem(
      'VOLUME_TAKEN',
      `PersistentVolume ${volume} belongs to another claim: ${textAt(held, 'namespace')}/${textAt(held, 'name')}.`,
      {
        touched: 'yes',
      },
    );
  }
  await world.writer.patch(volumePath(volume), { spec: { claimRef: { uid: null, resourceVersion: null } } });
}
