import type { CorpusCase } from '../case.ts';
import { fieldOf } from '../harms.ts';
import { deployment } from '../objects.ts';

const scaler = {
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name: 'web' },
  spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }, minReplicas: 2, maxReplicas: 9 },
};

export const replicasUnderAutoscaler: CorpusCase = {
  name: 'replicas-under-autoscaler',
  title: 'the chart sets replicas that an autoscaler sets too',
  before: { objects: [deployment('web', { spec: { replicas: 2 } })] },
  after: { objects: [deployment('web', { image: 'team/web:2', spec: { replicas: 1 } })] },
  prepare: async (world) => {
    await world.patch('apps/v1', 'Deployment', 'web', { spec: { replicas: 5 } });
    await world.create(scaler);
  },
  foretells: [{ code: 'REPLICAS_UNDER_HPA', object: 'Deployment/web' }],
  truth: {
    helm: 'succeeds',
    harm: async (world) => {
      const live = await world.find('apps/v1', 'Deployment', 'web');
      const { replicas } = fieldOf<{ readonly replicas: number }>(live, 'spec');
      return replicas === 5 ? undefined : `replicas went from 5 to ${replicas}`;
    },
  },
};
