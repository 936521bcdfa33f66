import type { CorpusCase } from '../case.ts';
import { configMap } from '../objects.ts';

export const immutableConfigMap: CorpusCase = {
  name: 'immutable-config-map',
  title: 'an immutable ConfigMap gets other data',
  variants: ['helm3', 'helm4'],
  before: { objects: [configMap('settings', { mode: 'a' }, { immutable: true })] },
  after: { objects: [configMap('settings', { mode: 'b' }, { immutable: true })] },
  foretells: [{ code: 'IMMUTABLE_FIELD', object: 'ConfigMap/settings', field: 'data' }],
  truth: { helm: 'refused', says: /field is immutable when `immutable` is set/ },
};
