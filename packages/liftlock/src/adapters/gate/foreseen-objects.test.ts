import { expect, test } from 'vitest';
import type { JsonObject } from '../../model/json.ts';
import type { KubeObject } from '../../model/kube.ts';
import { makeForeseenObjects } from './foreseen-objects.ts';

const map = (name: string, labels: Record<string, string> = {}, namespace = 'a'): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace, labels },
});
const place = (name: string, namespace = 'a') => ({ group: '', resource: 'configmaps', namespace, name });
const namesOf = (list: JsonObject) =>
  (list['items'] as unknown as readonly KubeObject[]).map(({ metadata }) => metadata.name);
const query = { group: '', resource: 'configmaps', namespace: 'a', labelSelector: '', fieldSelector: '' };

test('a list has what will be in place of what is, and lacks what will be gone', () => {
  const objects = makeForeseenObjects();
  objects.keep(place('changed'), map('changed', { app: 'new' }));
  objects.keep(place('added'), map('added', { app: 'new' }));
  objects.keep(place('elsewhere', 'b'), map('elsewhere', {}, 'b'));
  objects.remove(place('gone'));
  const list = { items: [map('changed', { app: 'old' }), map('gone'), map('other')] } as unknown as JsonObject;
  expect(namesOf(objects.merge(list, query))).toEqual(['other', 'changed', 'added']);
  expect(namesOf(objects.merge(list, { ...query, labelSelector: 'app=new' }))).toEqual(['other', 'changed', 'added']);
  expect(namesOf(objects.merge(list, { ...query, labelSelector: 'app=old' }))).toEqual(['other']);
  expect(namesOf(objects.merge(list, { ...query, fieldSelector: 'metadata.name=added' }))).toEqual(['other', 'added']);
  expect(namesOf(objects.merge({ ...list, metadata: { continue: 'more' } }, query))).toEqual(['other']);
  expect(namesOf(objects.merge(list, { ...query, namespace: undefined }))).toEqual([
    'other',
    'changed',
    'added',
    'elsewhere',
  ]);
  expect([objects.concerns(query), objects.concerns({ group: 'apps', resource: 'configmaps' })]).toEqual([true, false]);
});

test("a gone release's records are gone, whatever their revision; another's of a like name are not", () => {
  const objects = makeForeseenObjects([{ name: 'web', namespace: 'a' }]);
  const record = (name: string, namespace = 'a') => objects.find({ group: '', resource: 'secrets', namespace, name });
  expect(record('sh.helm.release.v1.web.v1')).toBeNull();
  expect(record('sh.helm.release.v1.web.v12')).toBeNull();
  expect(record('sh.helm.release.v1.web.v1.v1')).toBeUndefined();
  expect(record('sh.helm.release.v1.web-2.v1')).toBeUndefined();
  expect(record('sh.helm.release.v1.web.v1', 'b')).toBeUndefined();
  expect(objects.concerns({ group: '', resource: 'secrets' })).toBe(true);
});
