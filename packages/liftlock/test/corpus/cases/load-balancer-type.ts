import type { CorpusCase } from '../case.ts';
import { fieldOf } from '../harms.ts';
import { service } from '../objects.ts';

export const loadBalancerType: CorpusCase = {
  name: 'load-balancer-type',
  title: 'a LoadBalancer Service becomes an internal one and loses its address',
  before: { objects: [service('web', { type: 'LoadBalancer' })] },
  after: { objects: [service('web', { type: 'ClusterIP' })] },
  foretells: [{ code: 'LOAD_BALANCER_RECREATED', object: 'Service/web' }],
  truth: {
    helm: 'succeeds',
    harm: async (world) => {
      const live = await world.find('v1', 'Service', 'web');
      const { type } = fieldOf<{ readonly type: string }>(live, 'spec');
      return type === 'LoadBalancer' ? undefined : 'Service web has no address outside the cluster any more';
    },
  },
};
