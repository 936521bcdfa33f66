import type { CorpusCase } from '../case.ts';
import { configMap } from '../objects.ts';

export const removedApiInChart: CorpusCase = {
  name: 'removed-api-in-chart',
  title: 'the new chart uses an API version that this Kubernetes no longer has',
  variants: ['helm3', 'helm4'],
  before: { objects: [configMap('settings', { mode: 'a' })] },
  after: {
    objects: [
      {
        apiVersion: 'policy/v1beta1',
        kind: 'PodDisruptionBudget',
        metadata: { name: 'web' },
        spec: { minAvailable: 1, selector: { matchLabels: { app: 'web' } } },
      },
    ],
  },
  foretells: [{ code: 'REMOVED_API_IN_CHART', field: 'policy/v1beta1' }],
  truth: { helm: 'refused', says: /no matches for kind "PodDisruptionBudget"/ },
};
