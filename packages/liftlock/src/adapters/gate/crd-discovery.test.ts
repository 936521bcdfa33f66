import { expect, test } from 'vitest';
import type { KubeObject } from '../../model/kube.ts';
import { newDocument, withCustomResources } from './crd-discovery.ts';
import { customResourceOf, established } from './crd-names.ts';

const crd: KubeObject = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'boats.sea.example' },
  spec: {
    group: 'sea.example',
    scope: 'Namespaced',
    names: { plural: 'boats', kind: 'Boat', shortNames: ['bo'] },
    versions: [
      { name: 'v1', served: true, storage: true, subresources: { status: {}, scale: {} } },
      { name: 'v1beta1', served: true },
      { name: 'v1alpha1', served: false },
    ],
  },
};
const boats = customResourceOf(crd);
const custom = boats === undefined ? [] : [boats];

test('a definition is read with the names that the API server would give it', () => {
  expect(boats).toMatchObject({ group: 'sea.example', resource: 'boats', singular: 'boat', listKind: 'BoatList' });
  expect(boats?.versions).toEqual([
    { name: 'v1', subresources: ['status', 'scale'] },
    { name: 'v1beta1', subresources: [] },
  ]);
  expect(customResourceOf({ ...crd, spec: {} })).toBeUndefined();
});

test('helm finds it established', () => {
  const { status } = established(crd);
  expect(status?.['conditions']).toMatchObject([
    { type: 'NamesAccepted', status: 'True' },
    { type: 'Established', status: 'True' },
  ]);
  expect(status?.['storedVersions']).toEqual(['v1', 'v1beta1']);
});

test('a new group is in the list of groups, and in the aggregated one', () => {
  const groups = withCustomResources({ kind: 'APIGroupList', groups: [{ name: 'apps', versions: [] }] }, custom);
  expect(groups['groups']).toMatchObject([
    { name: 'apps' },
    { name: 'sea.example', preferredVersion: { version: 'v1' }, versions: [{ version: 'v1' }, { version: 'v1beta1' }] },
  ]);
  const all = withCustomResources({ kind: 'APIGroupDiscoveryList', items: [] }, custom);
  expect(all['items']).toMatchObject([
    {
      metadata: { name: 'sea.example' },
      versions: [
        { version: 'v1', resources: [{ resource: 'boats', scope: 'Namespaced', subresources: [{}, {}] }] },
        { version: 'v1beta1', resources: [{ resource: 'boats' }] },
      ],
    },
  ]);
});

test('in a group that is there, what is there stays', () => {
  const group = {
    kind: 'APIGroupDiscoveryList',
    items: [
      {
        metadata: { name: 'sea.example' },
        versions: [{ version: 'v1', resources: [{ resource: 'ports' }, { resource: 'boats', old: true }] }],
      },
    ],
  };
  expect(withCustomResources(group, custom)['items']).toMatchObject([
    {
      versions: [{ version: 'v1', resources: [{ resource: 'ports' }, { resource: 'boats' }] }, { version: 'v1beta1' }],
    },
  ]);
  expect(JSON.stringify(withCustomResources(group, custom))).not.toContain('old');
  const list = { kind: 'APIResourceList', groupVersion: 'sea.example/v1', resources: [{ name: 'ports' }] };
  expect(
    (withCustomResources(list, custom)['resources'] as readonly { name: string }[]).map(({ name }) => name),
  ).toEqual(['ports', 'boats', 'boats/status', 'boats/scale']);
});

test('a group and a version that nobody serves yet have documents of their own; others have none', () => {
  expect(newDocument('/apis/sea.example', custom)).toMatchObject({ kind: 'APIGroup', name: 'sea.example' });
  expect(newDocument('/apis/sea.example/v1', custom)).toMatchObject({ groupVersion: 'sea.example/v1' });
  expect(newDocument('/apis/sea.example/v1alpha1', custom)).toBeUndefined();
  expect(newDocument('/apis/land.example/v1', custom)).toBeUndefined();
});
