import type { CorpusCase } from '../case.ts';
import { untilQuota } from '../quota.ts';
import { deployment } from '../objects.ts';

export const quotaSumOfPods: CorpusCase = {
  name: 'quota-sum-of-pods',
  title: 'a Deployment is scaled to more pods than a quota allows; each pod alone would fit',
  before: { objects: [deployment('web', { container: { resources: { requests: { cpu: '1' } } } })] },
  after: {
    objects: [deployment('web', { container: { resources: { requests: { cpu: '1' } } }, spec: { replicas: 4 } })],
  },
  prepare: (world) => untilQuota(world, { 'requests.cpu': '2' }),
  foretells: [{ code: 'QUOTA_EXCEEDED_BY_SUM', field: 'requests.cpu' }],
  truth: { helm: 'hangs', says: /exceeded quota/ },
};
