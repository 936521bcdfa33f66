import { expect, test } from 'vitest';
import type { KubeObject } from '../model/kube.ts';
import { Platform } from '../model/platform.ts';
import { Receipts } from '../model/receipt.ts';
import { receiptPermissions } from '../plan/receipt-permissions.ts';
import { readReceipts } from './read-receipts.ts';

const component = (name: string, fields: object = {}) => ({
  name,
  title: name,
  release: name,
  chart: { oci: 'oci://registry.example.com/charts' },
  values: { carry: 'exported' },
  timeout: '300s',
  ...fields,
});

const platform = Platform.parse({
  apiVersion: 'liftlock.dev/v1alpha1',
  kind: 'Platform',
  metadata: { name: 'shop', title: 'Shop', guide: { title: 'Guide' } },
  tools: { helm: '*' },
  namespace: 'shop',
  components: [
    component('api', { migrates: { containers: ['main'], note: 'It rewrites the tables.' } }),
    component('db', { namespace: 'data' }),
  ],
  checklist: [{ id: 'backups', title: 'Backups', affirm: 'person' }],
});

const object = (kind: string, namespace: string, name: string, more: object = {}): KubeObject => ({
  apiVersion: 'v1',
  kind,
  metadata: { name, namespace, creationTimestamp: '2026-01-01T00:00:00Z', ...more },
});

const mounting = (claim: string) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'any' },
  spec: { template: { spec: { volumes: [{ name: 'v', persistentVolumeClaim: { claimName: claim } }] } } },
});

/** The same claim is there in both namespaces, and a snapshot of it in one; it is going away. */
const served: Readonly<Record<string, readonly KubeObject[]>> = {
  '/api/v1/namespaces/shop/persistentvolumeclaims': [object('PersistentVolumeClaim', 'shop', 'data')],
  '/api/v1/namespaces/data/persistentvolumeclaims': [object('PersistentVolumeClaim', 'data', 'data')],
  '/apis/snapshot.storage.k8s.io/v1/namespaces/shop/volumesnapshots': [
    object('VolumeSnapshot', 'shop', 'going', { deletionTimestamp: '2026-01-02T00:00:00Z' }),
  ],
  '/apis/snapshot.storage.k8s.io/v1/namespaces/data/volumesnapshots': [],
};

async function read(source: object) {
  const asked: string[] = [];
  const list = async (path: string) => {
    asked.push(path);
    return Promise.resolve(served[path] ?? []);
  };
  const accept = Receipts.parse({ accept: [source] });
  const site = { receipts: { backups: accept } };
  const components = [
    { name: 'api', workloads: [], valuesFiles: [] },
    { name: 'db', workloads: [mounting('data')], valuesFiles: [] },
  ];
  const found = await readReceipts({
    platform,
    site,
    namespace: 'shop',
    reader: { list, find: async () => Promise.resolve(undefined) },
    components,
  });
  return { asked, site, reading: found?.['backups']?.readings[0], components: found?.['backups']?.components };
}

test('claims of each component are looked for in its own namespace, and the roles that are printed cover it', async () => {
  const { reading, asked, site, components } = await read({ kind: 'volume-snapshots' });
  expect(reading?.claims).toEqual([
    { component: 'db', namespace: 'data', name: 'data', createdAt: '2026-01-01T00:00:00Z' },
  ]);
  expect(components).toEqual([
    { name: 'api', namespace: 'shop', migrates: true },
    { name: 'db', namespace: 'data', migrates: false },
  ]);
  const granted = receiptPermissions(platform, site, 'shop').map(
    ({ namespace, resource }) => `${namespace}/${resource}`,
  );
  expect(granted.toSorted()).toEqual(asked.map((path) => path.replace(/.*namespaces\/(\w+\/\w+)$/, '$1')).toSorted());
});

test('claims that the site names are in the namespace that it names, and what is being deleted stays known as such', async () => {
  const named = await read({ kind: 'volume-snapshots', namespace: 'data', claims: ['data', 'gone'] });
  expect(named.reading?.claims).toEqual([
    { namespace: 'data', name: 'data', createdAt: '2026-01-01T00:00:00Z' },
    { namespace: 'data', name: 'gone', createdAt: undefined },
  ]);
  const { reading } = await read({ kind: 'volume-snapshots', namespace: 'shop' });
  expect(reading?.claims).toEqual([]);
  expect(reading?.objects[0]?.metadata.deletionTimestamp).toBe('2026-01-02T00:00:00Z');
});
