import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import type { KubeObject } from '../model/kube.ts';
import type { ClusterReader } from '../model/ports.ts';
import { Redactor } from '../model/redaction.ts';
import type { Release, Revision } from '../model/snapshot.ts';
import { readHoldings } from './read-holdings.ts';

const kinds: Readonly<Record<string, string>> = {
  Secret: 'secrets',
  PersistentVolumeClaim: 'persistentvolumeclaims',
  StatefulSet: 'statefulsets',
};

function object(kind: string, name: string, spec: KubeObject['spec'] = {}, namespace = 'shop'): KubeObject {
  const apiVersion = kind === 'StatefulSet' ? 'apps/v1' : 'v1';
  return { apiVersion, kind, metadata: { name, namespace, uid: `${kind}-${namespace}-${name}` }, spec };
}

function readerOf(objects: readonly KubeObject[]): ClusterReader {
  const pathOf = ({ apiVersion, kind, metadata: { namespace, name } }: KubeObject) =>
    `${apiVersion === 'v1' ? '/api/v1' : `/apis/${apiVersion}`}/namespaces/${namespace}/${kinds[kind]}/${name}`;
  const discovery = { resources: Object.entries(kinds).map(([kind, name]) => ({ kind, name, namespaced: true })) };
  return {
    find: async (path: string) =>
      ['/api/v1', '/apis/apps/v1'].includes(path) ? discovery : objects.find((item) => pathOf(item) === path),
    list: async (path: string) => objects.filter((item) => pathOf(item) === `${path}/${item.metadata.name}`),
    canI: async () => true,
  } as unknown as ClusterReader;
}

const manifest = (...objects: readonly KubeObject[]) => objects.map((item) => stringify(item)).join('---\n');

function holdings(release: Partial<Release>, objects: readonly KubeObject[]) {
  const installed: Revision = {
    revision: 1,
    status: 'deployed',
    chart: 'db',
    version: '1.0.0',
    appVersion: '',
    updated: '',
    description: '',
  };
  const whole: Release = {
    name: 'db',
    namespace: 'shop',
    revisions: [installed],
    newest: installed,
    installed,
    values: {},
    manifest: '',
    hooks: [],
    ...release,
  };
  return readHoldings(whole, { reader: readerOf(objects), redactor: new Redactor(), hosts: [] });
}

const database = (namespace: string) =>
  object(
    'StatefulSet',
    'db',
    {
      volumeClaimTemplates: [{ metadata: { name: 'data' } }],
      template: { spec: { containers: [{ name: 'db', envFrom: [{ secretRef: { name: 'login' } }] }] } },
    },
    namespace,
  );

test('O4, O5: after a failed upgrade, hooks and objects are those of its record; what it left out stays', async () => {
  const [set, secret, young] = [database('shop'), object('Secret', 'old'), object('Secret', 'young')];
  const wipe = { name: 'wipe', kind: 'Job', events: ['pre-delete'] };
  const login = { name: 'login', kind: 'Secret', events: ['pre-install'] };
  const claim = object('PersistentVolumeClaim', 'data-db-0', { volumeName: 'pv1' });
  const found = await holdings(
    { manifest: manifest(set, secret), newestRecord: { manifest: manifest(young), hooks: [wipe, login] } },
    [set, secret, young, claim, object('Secret', 'login')],
  );
  expect(found.deleteHooks).toEqual([wipe]);
  expect(found.objects.map(({ name }) => name)).toEqual(['young']);
  expect(found.kept.map(({ object: { name }, isPutBack }) => [name, isPutBack])).toEqual([
    ['young', true],
    ['old', false],
    ['login', false],
  ]);
  expect(found.claims.map(({ name, volume }) => [name, volume])).toEqual([['data-db-0', 'pv1']]);
});

test('O4, O5: claims and Secrets are looked for where the workload is, not where the release is', async () => {
  const set = database('data');
  const claims = ['shop', 'data'].map((namespace) =>
    object('PersistentVolumeClaim', 'data-db-0', { volumeName: `pv-${namespace}` }, namespace),
  );
  const secrets = ['shop', 'data'].map((namespace) => object('Secret', 'login', {}, namespace));
  const found = await holdings({ manifest: manifest(set) }, [set, ...claims, ...secrets]);
  expect(found.claims.map(({ namespace, volume }) => [namespace, volume])).toEqual([['data', 'pv-data']]);
  expect(found.kept.map(({ object: { namespace, name } }) => [namespace, name])).toEqual([['data', 'login']]);
});
