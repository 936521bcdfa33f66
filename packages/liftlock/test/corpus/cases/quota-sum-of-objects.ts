import type { CorpusCase } from '../case.ts';
import { untilQuota } from '../quota.ts';
import { claim, configMap } from '../objects.ts';

export const quotaSumOfObjects: CorpusCase = {
  name: 'quota-sum-of-objects',
  title: 'each of two new objects fits a quota, both together do not',
  before: { objects: [configMap('settings', { mode: 'a' })] },
  after: { objects: [configMap('settings', { mode: 'a' }), claim('one', '3Gi'), claim('two', '3Gi')] },
  prepare: (world) => untilQuota(world, { 'requests.storage': '5Gi' }),
  foretells: [{ code: 'QUOTA_EXCEEDED_BY_SUM', field: 'requests.storage' }],
  truth: { helm: 'refused', says: /exceeded quota/ },
};
