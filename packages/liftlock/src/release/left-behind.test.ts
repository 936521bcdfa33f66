import { expect, test } from 'vitest';
import type { JsonObject } from '../model/json.ts';
import type { KubeObject } from '../model/kube.ts';
import { formatFieldPath } from './field-path.ts';
import { differingPaths, leftObjects } from './left-behind.ts';

const object = (
  kind: string,
  name: string,
  fields: JsonObject = {},
  annotations: Record<string, string> = {},
): KubeObject => ({
  apiVersion: 'v1',
  kind,
  metadata: { name, annotations },
  ...fields,
});
const live = (item: KubeObject): KubeObject => ({
  ...item,
  metadata: { ...item.metadata, namespace: 'prod', uid: 'u' },
});
const set = (templates: readonly string[]) =>
  object('StatefulSet', 'db', { spec: { volumeClaimTemplates: templates.map((name) => ({ metadata: { name } })) } });

test('C37 O18: what is left of a newer version is told with the reason; what the target names or is gone is not', () => {
  const kept = object('ConfigMap', 'kept', {}, { 'helm.sh/resource-policy': 'keep' });
  const stuck = object('ConfigMap', 'stuck');
  const hook = object('Job', 'migrate');
  const shared = object('Service', 'web');
  const gone = object('ConfigMap', 'gone');
  const back = {
    namespace: 'prod',
    target: [shared, set(['data'])],
    targetHooks: [object('Job', 'old-hook')],
    left: [shared, kept, stuck, gone, set(['data', 'wal'])],
    hooks: [hook, object('Job', 'old-hook')],
  };
  const claims = ['data-db-0', 'wal-db-0', 'wal-db-x', 'other'].map((name) =>
    live(object('PersistentVolumeClaim', name)),
  );
  const there = [shared, kept, stuck, hook, object('Job', 'old-hook')].map(live);
  expect(leftObjects(back, there, claims).map(({ object: { kind, name }, why }) => `${kind} ${name}: ${why}`)).toEqual([
    'ConfigMap kept: helm keeps it, as its annotation helm.sh/resource-policy asks',
    'ConfigMap stuck: helm has not deleted it',
    'Job migrate: it is a hook, and hooks go only as their own delete policy says',
    'PersistentVolumeClaim wal-db-0: a StatefulSet has made it, and helm deletes no such claim',
  ]);
});

test.each<readonly [what: string, wanted: JsonObject, now: JsonObject, paths: readonly string[]]>([
  ['what the server has added is no difference', { a: { b: 1 } }, { a: { b: 1, c: 2 }, d: 3 }, []],
  ['quantities are compared as such', { cpu: '1000m' }, { cpu: '1' }, []],
  ['the smallest field that differs', { a: { b: 1, c: 2 } }, { a: { b: 1, c: 3 } }, ['spec.a.c']],
  ['a field that is gone', { a: { b: 1 } }, { a: {} }, ['spec.a.b']],
  [
    'an item of a list that has keys',
    { containers: [{ name: 'app', image: 'a:1' }] },
    { containers: [{ name: 'app', image: 'a:2', tty: false }] },
    ['spec.containers[app].image'],
  ],
  [
    'an item that somebody added',
    { containers: [{ name: 'app', image: 'a:1' }] },
    { containers: [{ name: 'app', image: 'a:1' }, { name: 'proxy' }] },
    ['spec.containers'],
  ],
  ['a list as a whole', { args: ['a'] }, { args: ['a', 'b'] }, ['spec.args']],
])('C37: %s', (_what, wanted, now, paths) => {
  const found = differingPaths(object('Thing', 'x', { spec: wanted }), live(object('Thing', 'x', { spec: now })));
  expect(found.map((path) => formatFieldPath(path))).toEqual(paths);
});

test('C37: of a Secret the keys are compared, and named without what they hold', () => {
  const encode = (text: string) => Buffer.from(text).toString('base64');
  const wanted = object('Secret', 's', { stringData: { user: 'ada', password: 'canary' } as never });
  const now = (password: string) =>
    live(object('Secret', 's', { data: { user: encode('ada'), password: encode(password) } }));
  expect(differingPaths(wanted, now('canary'))).toEqual([]);
  expect(differingPaths(wanted, now('other'))).toEqual([['data', 'password']]);
});
