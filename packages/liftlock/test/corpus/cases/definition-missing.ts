import type { CorpusCase } from '../case.ts';
import { configMap, widget } from '../objects.ts';

export const definitionMissing: CorpusCase = {
  name: 'definition-missing',
  title: 'the new chart brings a custom resource whose definition nobody installed',
  variants: ['helm3', 'helm4'],
  before: { objects: [configMap('settings', { mode: 'a' })] },
  after: { objects: [configMap('settings', { mode: 'a' }), widget('one')] },
  foretells: [{ code: 'CRD_MISSING', field: 'Widget' }],
  truth: { helm: 'refused', says: /no matches for kind "Widget"/ },
};
