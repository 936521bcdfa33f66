import { expect, test } from 'vitest';
import type { JsonObject } from '../../model/json.ts';
import type { KubeObject } from '../../model/kube.ts';
import { core, deployment, hop, item } from './hop-fixtures.ts';
import type { Hop } from './hop.ts';
import { missingReferences, wantedReferences, type Lookup } from './missing-references.ts';
import { referencesOf } from './references.ts';

const reads: JsonObject = {
  containers: [{ name: 'main', env: [{ name: 'P', valueFrom: { secretKeyRef: { name: 'login', key: 'password' } } }] }],
};
const secret = (data: JsonObject = { password: 'eA==' }) => core('Secret', 'login', { data });

function judge(of: Hop, found: Lookup = 'absent') {
  const { findings, unforeseen } = missingReferences(of, wantedReferences(of), () => found);
  return [
    ...findings.map(({ code, severity }) => `${severity} ${code}`),
    ...unforeseen.map(({ why }) => `unforeseen: ${why}`),
  ];
}

test('every way to refer to something is known, and what is optional is left out', () => {
  const optional = { name: 'x', optional: true };
  const spec: JsonObject = {
    imagePullSecrets: [{ name: 'pull' }],
    initContainers: [{ name: 'init', envFrom: [{ secretRef: { name: 's1' } }, { configMapRef: optional }] }],
    containers: [
      {
        name: 'main',
        env: [
          { name: 'A', valueFrom: { configMapKeyRef: { name: 'c1', key: 'a' } } },
          { name: 'B', valueFrom: { secretKeyRef: { ...optional, key: 'b' } } },
          { name: 'C', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
        ],
      },
    ],
    volumes: [
      { name: 'v1', secret: { secretName: 's2', items: [{ key: 'k', path: 'p' }] } },
      { name: 'v2', configMap: optional },
      { name: 'v3', persistentVolumeClaim: { claimName: 'p1' } },
      {
        name: 'v4',
        projected: { sources: [{ configMap: { name: 'c2' } }, { secret: optional }, { serviceAccountToken: {} }] },
      },
      { name: 'made', persistentVolumeClaim: { claimName: 'made' } },
      { name: 'v5', emptyDir: {} },
    ],
  };
  const found = referencesOf(spec, new Set(['made'])).map(({ kind, name, key = '*' }) => `${kind} ${name} ${key}`);
  expect(found.toSorted()).toEqual([
    'ConfigMap c1 a',
    'ConfigMap c2 *',
    'PersistentVolumeClaim p1 *',
    'Secret pull *',
    'Secret s1 *',
    'Secret s2 k',
  ]);
});

test.each<[string, Hop, Lookup, readonly string[]]>([
  ['it is nowhere', hop([item(deployment('web', reads))]), 'absent', ['blocker SECRET_MISSING']],
  ['it is in the cluster', hop([item(deployment('web', reads))]), { keys: new Set(['password']) }, []],
  [
    'its key is not in the cluster',
    hop([item(deployment('web', reads))]),
    { keys: new Set(['user']) },
    ['blocker KEY_MISSING'],
  ],
  ['it may not be read', hop([item(deployment('web', reads))]), { unread: 'forbidden' }, ['unforeseen: forbidden']],
  ['it comes along', hop([item(deployment('web', reads)), item(secret())]), 'absent', []],
  [
    'it comes without the key',
    hop([item(deployment('web', reads)), item(secret({}))]),
    { keys: new Set(['password']) },
    ['blocker KEY_MISSING'],
  ],
  [
    'it would be refused',
    hop([item(deployment('web', reads)), item(secret(), { isRefused: true })]),
    'absent',
    ['blocker SECRET_MISSING'],
  ],
  [
    'it leaves the chart',
    hop([item(deployment('web', reads))], { gone: [item(secret())] }),
    { keys: new Set(['password']) },
    ['blocker SECRET_MISSING'],
  ],
  [
    'it comes with a later component',
    hop([item(deployment('web', reads)), item(secret(), { component: 'api', order: 1 })]),
    'absent',
    ['warning SECRET_MISSING'],
  ],
])('a Secret that pods read: %s', (_what, of, found, expected) => {
  expect(judge(of, found)).toEqual(expected);
});

test('a workload that stays as it is lacks only what this upgrade takes away', () => {
  const stays = item(deployment('web', reads), { isWritten: false, live: deployment('web', reads) });
  expect(judge(hop([stays]))).toEqual([]);
  expect(judge(hop([stays]), { keys: new Set() })).toEqual([]);
  expect(judge(hop([stays], { gone: [item(secret())] }), { keys: new Set(['password']) })).toEqual([
    'blocker SECRET_MISSING',
  ]);
  expect(judge(hop([stays, item(secret({}))]), { keys: new Set(['password']) })).toEqual(['blocker KEY_MISSING']);
});

function custom(fields: JsonObject, name = 'web'): KubeObject {
  return { apiVersion: 'cert-manager.io/v1', kind: 'Certificate', metadata: { name, namespace: 'prod' }, ...fields };
}

test.each([
  ['a custom resource that names it', item(custom({ spec: { secretName: 'login' } }))],
  ['a custom resource of its name', item(custom({}, 'login'))],
  [
    'a hook that mentions it',
    item(
      { ...deployment('make', { containers: [{ name: 'a', args: ['--secret=login'] }] }), kind: 'Job' },
      { hook: { events: ['pre-upgrade'], deletePolicies: [] } },
    ),
  ],
])('what may make a Secret is no proof that it is missing: %s', (_what, maker) => {
  const [line = ''] = judge(hop([item(deployment('web', reads)), maker]));
  expect(line).toMatch(/^unforeseen: it does not exist yet; .* may make it$/);
});

test('a name that only begins alike makes nothing', () => {
  const maker = item(custom({ spec: { secretName: 'login-other' } }));
  expect(judge(hop([item(deployment('web', reads)), maker]))).toEqual(['blocker SECRET_MISSING']);
});

test('hooks: before the release only what hooks before made, and nothing that goes when it has succeeded', () => {
  const pre = { events: ['pre-upgrade'], deletePolicies: ['before-hook-creation'] };
  const job = item({ ...deployment('migrate', reads), kind: 'Job', apiVersion: 'batch/v1' }, { hook: pre });
  expect(judge(hop([job, item(secret())]))).toEqual(['blocker SECRET_MISSING']);
  expect(judge(hop([job, item(secret(), { hook: pre })]))).toEqual([]);
  const passing = { events: ['pre-upgrade'], deletePolicies: ['hook-succeeded'] };
  expect(judge(hop([item(deployment('web', reads)), item(secret(), { hook: passing })]))).toEqual([
    'blocker SECRET_MISSING',
  ]);
  const ofTests = { events: ['test'], deletePolicies: [] };
  expect(judge(hop([{ ...job, hook: ofTests }]))).toEqual([]);
});

test('a missing pull secret is a warning', () => {
  expect(judge(hop([item(deployment('web', { imagePullSecrets: [{ name: 'pull' }] }))]))).toEqual([
    'warning PULL_SECRET_MISSING',
  ]);
});
