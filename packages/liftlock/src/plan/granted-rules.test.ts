import { expect, test } from 'vitest';
import type { KubeObject } from '../model/kube.ts';
import { boundRoles, gatheringRoles } from './granted-rules.ts';

const apiVersion = 'rbac.authorization.k8s.io/v1';

const binding = (kind: string, role: readonly [string, string], namespace?: string): KubeObject =>
  ({
    apiVersion,
    kind,
    metadata: { name: 'own', ...(namespace === undefined ? {} : { namespace }) },
    roleRef: { kind: role[0], name: role[1] },
  }) as KubeObject;

const role = (kind: string, name: string, more: object = {}): KubeObject => ({
  apiVersion,
  kind,
  metadata: { name },
  ...more,
});

const placed = (objects: readonly KubeObject[]) =>
  boundRoles(objects, 'shop').map(({ namespace, resource, names }) => `${namespace}/${resource}/${names?.join()}`);

test('who binds a ClusterRole in a namespace may do so there alone; outside of namespaces it takes the whole cluster', () => {
  expect(placed([binding('RoleBinding', ['ClusterRole', 'admin'])])).toEqual(['shop/clusterroles/admin']);
  expect(placed([binding('RoleBinding', ['ClusterRole', 'admin'], 'other')])).toEqual(['other/clusterroles/admin']);
  expect(placed([binding('ClusterRoleBinding', ['ClusterRole', 'admin'])])).toEqual(['/clusterroles/admin']);
  expect(placed([binding('RoleBinding', ['Role', 'web'], 'other')])).toEqual(['other/roles/web']);
});

test('a role that a chart makes needs no bind; one of the same name in another namespace is another role', () => {
  const made = [role('Role', 'web'), role('ClusterRole', 'all')];
  expect(placed([...made, binding('RoleBinding', ['Role', 'web'])])).toEqual([]);
  expect(placed([...made, binding('RoleBinding', ['Role', 'web'], 'other')])).toEqual(['other/roles/web']);
  expect(placed([...made, binding('RoleBinding', ['ClusterRole', 'all'], 'other')])).toEqual([]);
});

test('ClusterRoles that gather the rules of others are known', () => {
  const gathering = { aggregationRule: { clusterRoleSelectors: [{ matchLabels: { a: 'b' } }] } };
  const empty = { aggregationRule: { clusterRoleSelectors: [] } };
  const objects = [
    role('ClusterRole', 'all', gathering),
    role('ClusterRole', 'none', empty),
    role('Role', 'r', gathering),
  ];
  expect(gatheringRoles(objects)).toEqual(['all']);
});
