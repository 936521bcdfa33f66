import { expect, test } from 'vitest';
import type { JsonObject } from '../model/json.ts';
import type { KubeObject } from '../model/kube.ts';
import { adoptionOf } from './adoption.ts';

function object(kind: string, fields: JsonObject = {}, metadata: JsonObject = {}): KubeObject {
  return { apiVersion: 'v1', kind, metadata: { name: 'x', ...metadata }, ...fields };
}

const marks = { labels: { 'app.kubernetes.io/managed-by': 'Helm' }, annotations: { 'meta.helm.sh/release-name': 'x' } };
const harmless = { isHarmless: true, overwrites: false, words: '' };

test('what gets its marks alone is adopted without a question', () => {
  const account = object('ServiceAccount');
  expect(adoptionOf(account, object('ServiceAccount', {}, { ...marks, resourceVersion: '2' }), account)).toEqual(
    harmless,
  );
  const config = object('ConfigMap', { data: { a: '1' } });
  expect(adoptionOf(config, object('ConfigMap', { data: { a: '1' } }, marks), config)).toEqual(harmless);
});

test('content that gives way is named, and is destroyed', () => {
  const live = object('Secret', { data: { password: 'b2xk' } });
  const wanted = object('Secret', { stringData: { password: 'new' } });
  const after = object('Secret', { data: { password: 'bmV3' } }, marks);
  const adoption = adoptionOf(live, after, wanted);
  expect(adoption).toEqual({
    isHarmless: false,
    overwrites: true,
    words: ' The upgrade would then overwrite data.password.',
  });
});

test('content that the chart adds or does not know, and kinds that hold something, are for people', () => {
  const live = object('ConfigMap', { data: { mine: '1' } });
  const after = object('ConfigMap', { data: { mine: '1', theirs: '2' } }, marks);
  expect(adoptionOf(live, after, object('ConfigMap', { data: { theirs: '2' } }))).toEqual({
    isHarmless: false,
    overwrites: false,
    words: ' The upgrade would then add data.theirs. It holds what the chart does not have: data.mine.',
  });
  const claim = object('PersistentVolumeClaim');
  expect(adoptionOf(claim, object('PersistentVolumeClaim', {}, marks), claim)).toMatchObject({
    isHarmless: false,
    overwrites: false,
  });
});

test('where helm does not come to the object nobody knows', () => {
  expect(adoptionOf(object('ConfigMap'), undefined, object('ConfigMap'))).toMatchObject({
    isHarmless: false,
    overwrites: true,
  });
});
