import { expect, it } from 'vitest';
import type { KubeObject } from '../model/kube.ts';
import { isSameObject, restorable } from './restorable.ts';

const kept = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: {
    name: 'ui',
    namespace: 'shop',
    uid: 'a',
    resourceVersion: '7',
    generation: 2,
    creationTimestamp: '2026-01-01T00:00:00Z',
    managedFields: [],
    labels: { app: 'ui' },
    annotations: { 'deployment.kubernetes.io/revision': '2' },
  },
  spec: { replicas: 1 },
  status: { replicas: 1 },
} as KubeObject;

it('O23: what the server writes is not put back', () => {
  expect(restorable(kept)).toEqual({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'ui', namespace: 'shop', labels: { app: 'ui' } },
    spec: { replicas: 1 },
  });
});

it('only what people write makes two objects differ', () => {
  const later = { ...kept, metadata: { ...kept.metadata, uid: 'b', resourceVersion: '9' }, status: {} };
  expect(isSameObject(kept, later)).toBe(true);
  expect(isSameObject(kept, { ...later, spec: { replicas: 2 } })).toBe(false);
  expect(isSameObject(kept, { ...later, metadata: { ...later.metadata, labels: { app: 'other' } } })).toBe(false);
});
