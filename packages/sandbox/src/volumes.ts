/** Stands in for a storage driver: makes volumes for waiting claims, grows them, removes released ones. */
import { randomUUID } from 'node:crypto';
import { ApiError, type ApiClient, type KubeObject } from './api-client.ts';
import { bytesOf } from './quantity.ts';
import { WatchedCollection } from './watched-collection.ts';
import { WorkQueue } from './work-queue.ts';

/** Name of the driver, and of the provisioner in StorageClasses that it serves. */
export const volumeDriver = 'sandbox.liftlock.dev';

interface Claim extends KubeObject {
  spec: {
    storageClassName?: string;
    volumeName?: string;
    volumeMode?: string;
    accessModes?: string[];
    selector?: unknown;
    resources?: { requests?: { storage?: string } };
  };
  status?: { phase?: string; capacity?: { storage?: string } };
}

interface Volume extends KubeObject {
  spec: { persistentVolumeReclaimPolicy?: string; csi?: { driver?: string }; capacity?: { storage?: string } };
  status?: { phase?: string };
}

interface StorageClass extends KubeObject {
  provisioner: string;
  reclaimPolicy?: string;
  volumeBindingMode?: string;
}

const claimsPath = '/api/v1/persistentvolumeclaims';
const volumesPath = '/api/v1/persistentvolumes';
const classesPath = '/apis/storage.k8s.io/v1/storageclasses';
const selectedNode = 'volume.kubernetes.io/selected-node';

function makeVolume(claim: Claim, storageClass: StorageClass): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: {
      name: `pvc-${claim.metadata.uid}`,
      annotations: { 'pv.kubernetes.io/provisioned-by': volumeDriver },
    },
    spec: {
      capacity: { storage: claim.spec.resources?.requests?.storage },
      accessModes: claim.spec.accessModes,
      volumeMode: claim.spec.volumeMode ?? 'Filesystem',
      persistentVolumeReclaimPolicy: storageClass.reclaimPolicy ?? 'Delete',
      storageClassName: storageClass.metadata.name,
      claimRef: {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        namespace: claim.metadata.namespace,
        name: claim.metadata.name,
        uid: claim.metadata.uid,
      },
      csi: { driver: volumeDriver, volumeHandle: `vol-${randomUUID()}`, fsType: 'ext4' },
    },
  };
}

/** Starts the stand-in; it works until the process ends. */
export async function startVolumes(api: ApiClient, log: (line: string) => void): Promise<void> {
  const queue = new WorkQueue(work, (line) => log(`volumes: ${line}`));
  const classes = new WatchedCollection<StorageClass>(api, classesPath, () => {
    for (const claim of claims.items) queue.add(`claim/${claim.metadata.namespace}/${claim.metadata.name}`);
  });
  const claims = new WatchedCollection<Claim>(api, claimsPath, (claim) =>
    queue.add(`claim/${claim.metadata.namespace}/${claim.metadata.name}`),
  );
  const volumes = new WatchedCollection<Volume>(api, volumesPath, (volume) =>
    queue.add(`volume/${volume.metadata.name}`),
  );

  async function provision(claim: Claim): Promise<void> {
    const storageClass = classes.items.find(({ metadata }) => metadata.name === claim.spec.storageClassName);
    if (storageClass?.provisioner !== volumeDriver || claim.metadata.deletionTimestamp !== undefined) return;
    const waits = storageClass.volumeBindingMode === 'WaitForFirstConsumer';
    if (waits && claim.metadata.annotations?.[selectedNode] === undefined) return;
    try {
      await api.create(volumesPath, makeVolume(claim, storageClass));
    } catch (error) {
      if (!(error instanceof ApiError && error.status === 409)) throw error;
    }
  }

  /** What a resizer does: the volume first, then the claim's capacity. Shrinking is refused by the API server. */
  async function resize(claim: Claim): Promise<void> {
    const wanted = claim.spec.resources?.requests?.storage;
    const volume = volumes.items.find(({ metadata }) => metadata.name === claim.spec.volumeName);
    if (volume?.spec.csi?.driver !== volumeDriver || wanted === undefined) return;
    const capacity = claim.status?.capacity?.storage;
    if (claim.status?.phase !== 'Bound' || capacity === undefined || bytesOf(wanted) <= bytesOf(capacity)) return;
    const { namespace, name } = claim.metadata;
    await api.patch(`${volumesPath}/${volume.metadata.name}`, { spec: { capacity: { storage: wanted } } });
    const status = { capacity: { storage: wanted } };
    await api.patch(`/api/v1/namespaces/${namespace}/persistentvolumeclaims/${name}/status`, { status });
  }

  async function work(key: string): Promise<void> {
    const [kind, first = '', second = ''] = key.split('/');
    if (kind === 'claim') {
      const claim = claims.find(first, second);
      if (claim === undefined) return;
      if (claim.spec.volumeName === undefined) await provision(claim);
      else await resize(claim);
      return;
    }
    const volume = volumes.find('', first);
    if (volume?.spec.csi?.driver !== volumeDriver || volume.metadata.deletionTimestamp !== undefined) return;
    const isReleased = volume.status?.phase === 'Released';
    if (isReleased && volume.spec.persistentVolumeReclaimPolicy === 'Delete')
      await api.delete(`${volumesPath}/${first}`);
  }

  await classes.start();
  await volumes.start();
  await claims.start();
}
