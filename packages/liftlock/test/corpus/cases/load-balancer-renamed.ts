import type { CorpusCase } from '../case.ts';
import { gone } from '../harms.ts';
import { service } from '../objects.ts';

export const loadBalancerRenamed: CorpusCase = {
  name: 'load-balancer-renamed',
  title: 'a LoadBalancer Service gets another name, and with it another address',
  before: { objects: [service('web', { type: 'LoadBalancer' })] },
  after: { objects: [service('gateway', { type: 'LoadBalancer' })] },
  foretells: [{ code: 'LOAD_BALANCER_RECREATED', object: 'Service/web' }],
  truth: { helm: 'succeeds', harm: gone('v1', 'Service', 'web') },
};
