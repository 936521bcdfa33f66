import type { CorpusCase } from '../case.ts';
import { untilQuota } from '../quota.ts';
import { deployment } from '../objects.ts';

export const quotaWithoutRequests: CorpusCase = {
  name: 'quota-without-requests',
  title: 'a quota on CPU refuses pods that ask for none',
  before: { objects: [deployment('web')] },
  after: { objects: [deployment('web', { image: 'team/web:2' })] },
  prepare: (world) => untilQuota(world, { 'requests.cpu': '2' }),
  foretells: [{ code: 'POD_REFUSED', object: 'Deployment/web', field: 'must specify requests.cpu' }],
  truth: { helm: 'hangs', says: /must specify requests\.cpu/ },
};
