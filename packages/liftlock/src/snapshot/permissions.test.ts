import { expect, test } from 'vitest';
import type { ClusterReader } from '../model/ports.ts';
import { clusterPermissions, kindPermissions, leasePermission, permissionsIn } from '../plan/permissions.ts';
import { missingPermissions, unreadOf, upgradePermissions } from './permissions.ts';

const served = {
  kind: 'APIResourceList',
  resources: [
    { kind: 'Scale', name: 'gizmos/scale', namespaced: true },
    { kind: 'Gizmo', name: 'gizmos', namespaced: true },
    { kind: 'GizmoClass', name: 'gizmoclasses', namespaced: false },
  ],
};

/** Notes what is asked, and says no to one resource. */
function readerWithout(resource: string) {
  const asked = new Set<string>();
  const reader: Pick<ClusterReader, 'canI' | 'find'> = {
    find: async (path) => (path === '/apis/example.org/v1' ? (served as never) : undefined),
    canI: async (verb, group, plural, namespace) => {
      asked.add(`${verb} ${group}/${plural} ${namespace}`.trim());
      return plural !== resource;
    },
  };
  return { asked, reader };
}

test('C05: list and watch are asked for every kind that is followed while helm waits', async () => {
  const { asked, reader } = readerWithout('jobs');
  const needed = await upgradePermissions(reader, 'prod', []);
  const missing = await missingPermissions(reader, [...needed, leasePermission('prod')]);
  const followed = [
    '/pods',
    '/events',
    '/persistentvolumeclaims',
    'apps/deployments',
    'apps/replicasets',
    'apps/statefulsets',
    'apps/daemonsets',
    'batch/jobs',
  ];
  const wanted = followed.flatMap((kind) => [`list ${kind} prod`, `watch ${kind} prod`]);
  expect([...asked]).toEqual(expect.arrayContaining([...wanted, 'create coordination.k8s.io/leases prod']));
  expect(missing).toEqual([
    { verb: 'list', resource: 'jobs.batch', namespace: 'prod', purpose: 'read', lack: 'warning' },
    { verb: 'watch', resource: 'jobs.batch', namespace: 'prod', purpose: 'apply', lack: 'warning' },
  ]);
});

test('C05: plural and scope of a kind are what discovery says, and what lies in no namespace is asked for there', async () => {
  const { asked, reader } = readerWithout('gizmoclasses');
  const metadata = { name: 'one' };
  const needed = await upgradePermissions(reader, 'prod', [
    { apiVersion: 'example.org/v1', kind: 'Gizmo', metadata },
    { apiVersion: 'example.org/v1', kind: 'GizmoClass', metadata },
    { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata },
    { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name: 'one', namespace: 'other' } },
  ]);
  const missing = await missingPermissions(reader, needed);
  expect([...asked]).toEqual(
    expect.arrayContaining([
      'patch example.org/gizmos prod',
      'patch example.org/gizmoclasses',
      'patch rbac.authorization.k8s.io/clusterroles',
      'patch networking.k8s.io/networkpolicies other',
    ]),
  );
  expect([...asked].filter((question) => /gizmoclasses prod|clusterroles prod/.test(question))).toEqual([]);
  expect(missing.map(({ verb, namespace, lack }) => [verb, namespace, lack])).toEqual(
    ['get', 'create', 'update', 'patch', 'delete'].map((verb) => [verb, '', 'blocker']),
  );
});

test('C05: each namespace is asked for apart', async () => {
  const canI: ClusterReader['canI'] = async (verb, _group, resource, namespace) =>
    `${verb} ${resource} ${namespace}` !== 'list secrets other';
  const missing = await missingPermissions({ canI }, [...permissionsIn('prod'), ...permissionsIn('other')]);
  expect(missing).toMatchObject([{ verb: 'list', resource: 'secrets', namespace: 'other' }]);
});

const kinds = [
  { group: 'apps', resource: 'deployments', isNamespaced: true },
  { group: 'batch', resource: 'jobs', isNamespaced: true },
  { group: 'rbac.authorization.k8s.io', resource: 'clusterroles', isNamespaced: false },
];
const all = [
  ...permissionsIn('prod'),
  leasePermission('prod'),
  ...clusterPermissions(['prod']),
  ...kinds.flatMap((kind) => kindPermissions(kind, 'prod', kind.group === 'batch')),
];
const asked = all.filter(({ lack, names }) => lack !== 'shown' && names === undefined);
const verbs = asked.flatMap(({ verbs: list, ...item }) => list.map((verb) => ({ ...item, verb })));

test.each(verbs.map((item) => [`${item.verb} ${item.resource}`, item] as const))(
  'C05: %s alone is missed by its name',
  async (_, { verb, group, resource, namespace }) => {
    const canI: ClusterReader['canI'] = async (...question) =>
      question.join(' ') !== [verb, group, resource, namespace].join(' ');
    const missing = await missingPermissions({ canI }, all);
    const named = group === '' ? resource : `${resource}.${group}`;
    expect(missing).toMatchObject([{ verb, resource: named, namespace }]);
    const [open] = unreadOf(missing, 'ada');
    if (missing[0]?.lack === 'unread') expect(open?.why).toContain(`ada may not ${verb} ${named}`);
    else expect(open).toBeUndefined();
  },
);
