import type { CorpusCase } from '../case.ts';
import { untilQuota } from '../quota.ts';
import { deployment } from '../objects.ts';

export const cleanWithinQuota: CorpusCase = {
  name: 'clean-within-quota',
  title: 'a rolling update whose additional pod fits the quota',
  before: { objects: [deployment('web', { container: { resources: { requests: { cpu: '1' } } } })] },
  after: {
    objects: [deployment('web', { image: 'team/web:2', container: { resources: { requests: { cpu: '1' } } } })],
  },
  prepare: (world) => untilQuota(world, { 'requests.cpu': '2' }),
  foretells: [],
  truth: { helm: 'succeeds' },
};
