import type { CorpusCase } from '../case.ts';
import { configMap } from '../objects.ts';

export const namespaceMissing: CorpusCase = {
  name: 'namespace-missing',
  title: 'an object of the new chart belongs into a namespace that does not exist',
  variants: ['helm3', 'helm4'],
  before: { objects: [configMap('settings', { mode: 'a' })] },
  after: {
    objects: [
      configMap('settings', { mode: 'a' }),
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'shared', namespace: 'shared-__NS__' } },
    ],
  },
  foretells: [{ code: 'NAMESPACE_MISSING', field: 'shared-' }],
  truth: { helm: 'refused', says: /namespaces "shared-.*" not found/ },
};
