import { expect } from 'vitest';
import { sharedSandbox } from './stage.ts';

/** Reclaim policies of volumes as they are now. */
export async function policies(volumes: readonly string[]): Promise<readonly unknown[]> {
  const { api } = sharedSandbox();
  return Promise.all(
    volumes.map(
      async (name) =>
        ((await api.get(`/api/v1/persistentvolumes/${name}`)).spec as Readonly<Record<string, unknown>>)[
          'persistentVolumeReclaimPolicy'
        ],
    ),
  );
}

/** A claim, bound to a volume on Retain; returns its UID. */
export async function makeClaim(namespace: string, name: string): Promise<string> {
  const { api } = sharedSandbox();
  const spec = {
    accessModes: ['ReadWriteOnce'],
    resources: { requests: { storage: '1Mi' } },
    storageClassName: '',
    volumeName: name,
  };
  const claims = `/api/v1/namespaces/${namespace}/persistentvolumeclaims`;
  const made = await api.create(claims, {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name, namespace },
    spec,
  });
  await makeVolume(namespace, name, made.metadata.uid);
  return made.metadata.uid ?? '';
}

/** A volume on Retain, bound to a claim, or released where there is none; resolves when the controllers have seen it. */
export async function makeVolume(namespace: string, name: string, claimUid: string | undefined): Promise<void> {
  const { api } = sharedSandbox();
  const volumes = '/api/v1/persistentvolumes';
  const claimRef = { kind: 'PersistentVolumeClaim', apiVersion: 'v1', namespace, name, uid: claimUid ?? 'gone' };
  const spec = {
    capacity: { storage: '1Mi' },
    accessModes: ['ReadWriteOnce'],
    persistentVolumeReclaimPolicy: 'Retain',
    storageClassName: '',
    hostPath: { path: `/tmp/${name}` },
    claimRef,
  };
  await api.create(volumes, {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name },
    spec,
  });
  const wanted = claimUid === undefined ? 'Released' : 'Bound';
  await expect
    .poll(async () => ((await api.get(`${volumes}/${name}`)).status as Readonly<Record<string, unknown>>)['phase'], {
      timeout: 60_000,
    })
    .toBe(wanted);
}
