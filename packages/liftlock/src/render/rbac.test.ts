import { expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import type { NeededPermissions } from '../model/needed-permissions.ts';
import { isNeededFor, type Purpose } from '../model/permission.ts';
import { boundRoles, grantedRules } from '../plan/granted-rules.ts';
import { clusterPermissions, kindPermissions, leasePermission, permissionsIn } from '../plan/permissions.ts';
import { rbacList, renderRbac } from './rbac.ts';

const roles = [
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'Role',
    metadata: { name: 'web' },
    rules: [
      { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: ['get'] },
      { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: ['get', 'list'] },
    ],
  },
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name: 'metrics' },
    rules: [{ nonResourceURLs: ['/metrics'], verbs: ['get'] }],
  },
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name: 'web' },
    roleRef: { kind: 'Role', name: 'web' },
  },
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name: 'viewer' },
    roleRef: { kind: 'ClusterRole', name: 'view' },
  },
];

function neededFor(purpose: Purpose): NeededPermissions {
  const permissions = [
    ...permissionsIn('shop'),
    ...permissionsIn('other'),
    leasePermission('shop'),
    ...clusterPermissions(['shop']),
    ...kindPermissions({ group: 'apps', resource: 'deployments', isNamespaced: true }, 'shop', false),
    ...kindPermissions({ group: 'batch', resource: 'jobs', isNamespaced: true }, 'shop', true),
    ...kindPermissions({ group: 'scheduling.k8s.io', resource: 'priorityclasses', isNamespaced: false }, 'shop', false),
    ...boundRoles(roles, 'shop'),
  ].filter((permission) => isNeededFor(permission.purpose, purpose));
  return { purpose, platform: 'Shop', namespace: 'shop', permissions, granted: grantedRules(roles, 'shop'), notes: [] };
}

const subject = { name: 'upgrades', namespace: 'ci' };

interface Printed {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly rules?: readonly Record<string, readonly string[]>[];
  readonly roleRef?: object;
  readonly subjects?: readonly object[];
}

function printedFor(purpose: Purpose): readonly Printed[] {
  const text = renderRbac(neededFor(purpose), subject);
  return parseAllDocuments(text).map((document) => document.toJS() as Printed);
}

test('the YAML is the List, with a role and a binding for each place', () => {
  const printed = printedFor('apply');
  expect(printed).toEqual(rbacList(neededFor('apply'), subject)['items']);
  expect(printed.map(({ kind, metadata: { namespace, name } }) => [kind, namespace ?? '', name])).toEqual([
    ['Role', 'shop', 'liftlock-apply'],
    ['RoleBinding', 'shop', 'liftlock-apply'],
    ['Role', 'other', 'liftlock-apply'],
    ['RoleBinding', 'other', 'liftlock-apply'],
    ['ClusterRole', '', 'liftlock-apply-shop'],
    ['ClusterRoleBinding', '', 'liftlock-apply-shop'],
  ]);
  for (const { subjects } of printed)
    if (subjects !== undefined) expect(subjects).toEqual([{ kind: 'ServiceAccount', ...subject }]);
});

test('nothing is granted by a star, and each purpose has what the one before has', () => {
  const rights = (purpose: Purpose) =>
    printedFor(purpose).flatMap(({ metadata, rules = [] }) =>
      rules.flatMap(({ apiGroups = [''], resources = [], verbs = [], nonResourceURLs = [] }) =>
        [...resources, ...nonResourceURLs].flatMap((what) =>
          verbs.map((verb) => `${metadata.namespace ?? ''} ${apiGroups[0]} ${what} ${verb}`),
        ),
      ),
    );
  const [read, forecast, apply] = [rights('read'), rights('forecast'), rights('apply')];
  expect(apply.filter((right) => right.includes('*'))).toEqual([]);
  expect(read.filter((right) => /create|update|patch|delete|bind/.test(right))).toEqual([]);
  expect(read.filter((right) => !forecast.includes(right))).toEqual([]);
  expect(forecast.filter((right) => !apply.includes(right))).toEqual([]);
  expect(forecast.filter((right) => /leases|pods\/log| watch$/.test(right))).toEqual([]);
  expect(apply).toEqual(
    expect.arrayContaining([
      'shop coordination.k8s.io leases update',
      'shop apps deployments patch',
      'shop batch jobs watch',
      ' scheduling.k8s.io priorityclasses create',
      'shop discovery.k8s.io endpointslices list',
      '  /metrics get',
      'shop rbac.authorization.k8s.io clusterroles bind',
    ]),
  );
  // The Lease is in the platform's own namespace alone.
  expect(apply.filter((right) => right.startsWith('other coordination'))).toEqual([]);
});

test('a rule that another one covers is not printed, and one about a name has that name', () => {
  const rules = printedFor('apply').flatMap((item) => item.rules ?? []);
  expect(rules.filter(({ resources }) => resources?.includes('endpointslices'))).toHaveLength(1);
  expect(rules.find(({ verbs }) => verbs?.includes('bind'))).toMatchObject({ resourceNames: ['view'] });
  expect(rules.find(({ resources }) => resources?.includes('namespaces'))).toMatchObject({
    resourceNames: ['kube-system', 'shop'],
  });
});

test('what Kubernetes cannot grant is said', () => {
  expect(renderRbac(neededFor('forecast'), subject)).toMatch(/^# Kubernetes cannot grant a dry run alone/m);
  expect(renderRbac(neededFor('read'), subject)).toMatch(/# helm keeps its records in Secrets/);
});

test('what a chart calls its objects stays in its comment', () => {
  const [, , , wild] = roles;
  const name = 'x\n- apiGroups: ["*"]\u2028\r  resources: ["*"]\n  verbs: ["*"]';
  const permissions = boundRoles([{ ...wild, metadata: { name } } as never], 'shop');
  const text = renderRbac({ ...neededFor('apply'), permissions, granted: [], notes: [`of ${name}`] }, subject);
  const [printed] = parseAllDocuments(text).map((document) => document.toJS() as Printed);
  expect(printed?.rules).toEqual([
    { apiGroups: ['rbac.authorization.k8s.io'], resources: ['clusterroles'], resourceNames: ['view'], verbs: ['bind'] },
  ]);
  expect(text.split(/[\n\r\u2028]/).filter((line) => /^\s*- apiGroups: \["\*"\]/.test(line))).toEqual([]);
});
