import type { CorpusCase } from '../case.ts';
import { configMap, deployment } from '../objects.ts';

const binding = (role: string) => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'RoleBinding',
  metadata: { name: 'app' },
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: role },
});

export const severalImmutableFields: CorpusCase = {
  name: 'several-immutable-fields',
  title: 'three objects that may not change so; helm names the first',
  variants: ['helm3', 'helm4'],
  before: {
    objects: [
      configMap('settings', { mode: 'a' }, { immutable: true }),
      binding('reader'),
      deployment('web', { label: 'old' }),
    ],
  },
  after: {
    objects: [
      configMap('settings', { mode: 'b' }, { immutable: true }),
      binding('writer'),
      deployment('web', { label: 'new' }),
    ],
  },
  foretells: [
    { code: 'IMMUTABLE_FIELD', object: 'ConfigMap/settings' },
    { code: 'IMMUTABLE_FIELD', object: 'RoleBinding/app' },
    { code: 'IMMUTABLE_FIELD', object: 'Deployment/web' },
  ],
  truth: { helm: 'refused', says: /immutable|cannot change roleRef/ },
};
