import type { CorpusCase } from '../case.ts';
import { untilQuota } from '../quota.ts';
import { claim, configMap } from '../objects.ts';

export const quotaOneObject: CorpusCase = {
  name: 'quota-one-object',
  title: 'a quota is used up: the new object is one too many',
  before: { objects: [configMap('settings', { mode: 'a' })] },
  after: { objects: [configMap('settings', { mode: 'a' }), claim('data', '10Gi')] },
  prepare: (world) => untilQuota(world, { 'requests.storage': '5Gi' }),
  foretells: [{ code: 'QUOTA_EXCEEDED', object: 'PersistentVolumeClaim/data', field: 'requests.storage' }],
  truth: { helm: 'refused', says: /exceeded quota/ },
};
