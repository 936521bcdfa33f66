import { expect, test } from 'vitest';
import type { JsonObject } from '../../model/json.ts';
import type { KubeObject } from '../../model/kube.ts';
import { wayBackFindings, type ForeseenWrite, type WayBack } from './way-back.ts';

function object(kind: string, fields: JsonObject, apiVersion = 'v1'): KubeObject {
  return { apiVersion, kind, metadata: { name: 'x' }, ...fields };
}

function told(write: Partial<ForeseenWrite>, fields: Partial<WayBack> = {}): readonly string[] {
  const writes = write.after === undefined ? [] : [{ ...write, after: write.after }];
  const way = { component: 'web', namespace: 'prod', former: [], writes, goneImages: [], ...fields };
  return wayBackFindings(way).map(({ severity, message }) => `${severity} ${message.replace(/^[^:]*: /, '')}`);
}

const claim = (storage: string) => object('PersistentVolumeClaim', { spec: { resources: { requests: { storage } } } });
const set = (size: string) =>
  object(
    'StatefulSet',
    {
      spec: {
        serviceName: 'x',
        volumeClaimTemplates: [{ metadata: { name: 'data' }, spec: { resources: { requests: { storage: size } } } }],
      },
    },
    'apps/v1',
  );

test('O18: changes that go one way only', () => {
  expect(told({ before: claim('1Gi'), after: claim('2Gi') })).toEqual([
    'warning PersistentVolumeClaim prod/x grows, and no claim can shrink.',
  ]);
  expect(told({ before: claim('1Gi'), after: claim('1024Mi') })).toEqual([]);
  const config = (immutable: boolean) => object('ConfigMap', { immutable });
  expect(told({ before: config(false), after: config(true) })).toEqual(['warning ConfigMap prod/x becomes immutable.']);
  expect(told({ before: config(true), after: config(true) })).toEqual([]);
});

test('O18: an object that is made anew for a field that cannot be changed', () => {
  expect(told({ after: set('2Gi') }, { former: [set('1Gi')] })[0]).toMatch(/^warning StatefulSet prod\/x is made anew/);
  // Somebody deleted it: it comes back as it was.
  expect(told({ after: set('1Gi') }, { former: [set('1Gi')] })).toEqual([]);
});

test('O18: what a rollback would delete again', () => {
  expect(told({ after: claim('1Gi') })).toEqual(['info PersistentVolumeClaim prod/x.']);
  expect(told({ after: claim('1Gi') }, { former: [claim('1Gi')] })).toEqual([]);
  expect(told({ after: object('Service', {}) })).toEqual([]);
});

test('O18: images of the installed revision that are gone', () => {
  expect(told({}, { goneImages: ['a/b:1'] })).toEqual(['warning images of the installed revision are gone: a/b:1.']);
});

test('O6, O18: what a rollback would delete is what may not be deleted unnamed', () => {
  for (const kind of ['PersistentVolumeClaim', 'StorageClass', 'Namespace'])
    expect(told({ after: object(kind, {}) })[0]).toMatch(/^info /);
  expect(told({ after: object('Thing', {}, 'example.com/v1') })[0]).toMatch(/^info /);
  expect(told({ after: object('ConfigMap', {}) })).toEqual([]);
});
