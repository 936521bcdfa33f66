import { expect, test } from 'vitest';
import { isQuestion, isTunnel, isUnjudged, parseApiPath } from './api-path.ts';

const core = { group: '', version: 'v1' };

test.each([
  ['/api/v1/namespaces', { ...core, resource: 'namespaces', name: undefined, subresource: undefined }],
  ['/api/v1/namespaces/a', { ...core, resource: 'namespaces', name: 'a', subresource: undefined }],
  ['/api/v1/namespaces/a/finalize', { ...core, resource: 'namespaces', name: 'a', subresource: 'finalize' }],
  ['/api/v1/namespaces/a/pods', { ...core, namespace: 'a', resource: 'pods', name: undefined, subresource: undefined }],
  ['/api/v1/namespaces/a/pods/p/%65xec', { ...core, namespace: 'a', resource: 'pods', name: 'p', subresource: 'exec' }],
  ['/api/v1/nodes/n/proxy/pods', { ...core, resource: 'nodes', name: 'n', subresource: 'proxy' }],
  ['/api/v1/proxy/nodes/n', { ...core, resource: 'nodes', subresource: 'proxy' }],
  ['/api/v1/watch/pods', { ...core, resource: 'pods', name: undefined, subresource: undefined, isWatch: true }],
  [
    '/apis/rbac.authorization.k8s.io/v1/clusterroles/system%3Anode',
    {
      group: 'rbac.authorization.k8s.io',
      version: 'v1',
      resource: 'clusterroles',
      name: 'system:node',
      subresource: undefined,
    },
  ],
  ['/apis/apps/v1', { group: '', version: '', resource: '' }],
  ['/version', { group: '', version: '', resource: '' }],
  ['/', { group: '', version: '', resource: '' }],
])('%s', (path, expected) => {
  expect(parseApiPath(path)).toEqual(expected);
});

test.each([
  '*',
  'http://127.0.0.1/api/v1/pods',
  '//api/v1/pods',
  '/api/v1/pods#/x',
  '/api/v1/pods/a%00',
  '/api/v1\\pods',
  '/api/v1/pods x',
  '/api/v1//pods',
  '/api/v1/../pods',
  '/api/v1/%2e%2e/pods',
  '/api/v1/namespaces/a%2Fpods',
  '/api/v1/%zz',
])('%s is in no plain form', (path) => {
  expect(parseApiPath(path)).toBeUndefined();
});

test('what is a way in, what cannot be judged and what is only a question', () => {
  const pod = (subresource: string) => ({ ...core, namespace: 'a', resource: 'pods', name: 'p', subresource });
  expect(['exec', 'attach', 'portforward', 'proxy', 'log', 'status'].map((name) => isTunnel(pod(name)))).toEqual([
    true,
    true,
    true,
    true,
    false,
    false,
  ]);
  expect(['EXEC', 'Proxy'].map((name) => isTunnel(pod(name)))).toEqual([true, true]);
  expect(isUnjudged({ ...core, namespace: 'a', resource: 'bindings' })).toBe(true);
  expect(isUnjudged({ ...core, resource: 'pods', isWatch: true })).toBe(true);
  expect(['eviction', 'binding', 'token', 'finalize', 'scale'].map((name) => isUnjudged(pod(name)))).toEqual([
    true,
    true,
    true,
    true,
    false,
  ]);
  const review = { group: 'authorization.k8s.io', version: 'v1', resource: 'selfsubjectaccessreviews' };
  expect(isQuestion(review)).toBe(true);
  // Another group may store what it calls a review.
  expect(isQuestion({ ...review, group: 'corp.example' })).toBe(false);
});
