import type { CorpusCase } from '../case.ts';
import { configMap } from '../objects.ts';

export const templateFailure: CorpusCase = {
  name: 'template-failure',
  title: 'the new chart requires a value that the user does not set',
  variants: ['helm3', 'helm4'],
  before: { objects: [configMap('settings', { mode: 'a' })] },
  after: {
    files: {
      'templates/settings.yaml':
        'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {mode: {{ required "mode must be set" .Values.mode }}}\n',
    },
  },
  foretells: [{ code: 'TEMPLATE_FAILED', field: 'mode must be set' }],
  truth: { helm: 'refused', says: /mode must be set/ },
};
