import type { CorpusCase } from '../case.ts';
import { forgeRecord } from '../records.ts';
import { configMap } from '../objects.ts';

const budget = {
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  metadata: { name: 'web' },
  spec: { minAvailable: 1, selector: { matchLabels: { app: 'web' } } },
};

export const removedApiInRecord: CorpusCase = {
  name: 'removed-api-in-record',
  title: "helm's record of the installed revision has an API version that the cluster's upgrade removed",
  variants: ['helm3', 'helm4'],
  before: { objects: [budget] },
  after: { objects: [budget, configMap('settings', { mode: 'a' })] },
  prepare: (world) => forgeRecord(world, (record) => record.replaceAll('policy/v1', 'policy/v1beta1')),
  foretells: [{ code: 'REMOVED_API_IN_RECORD', field: 'policy/v1beta1' }],
  truth: { helm: 'refused', says: /from current release manifest/ },
};
