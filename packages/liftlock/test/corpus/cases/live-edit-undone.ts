import type { CorpusCase } from '../case.ts';
import { fieldOf } from '../harms.ts';
import { deployment } from '../objects.ts';

export const liveEditUndone: CorpusCase = {
  name: 'live-edit-undone',
  title: 'someone scaled a Deployment by hand; the upgrade scales it back',
  variants: ['helm3', 'helm4-client-side'],
  before: { objects: [deployment('web')] },
  after: { objects: [deployment('web', { spec: { replicas: 2 } })] },
  prepare: (world) => world.patch('apps/v1', 'Deployment', 'web', { spec: { replicas: 4 } }),
  foretells: [{ code: 'LIVE_EDIT_UNDONE', object: 'Deployment/web', field: 'replicas' }],
  truth: {
    helm: 'succeeds',
    harm: async (world) => {
      const live = await world.find('apps/v1', 'Deployment', 'web');
      const { replicas } = fieldOf<{ readonly replicas: number }>(live, 'spec');
      return replicas === 4 ? undefined : `spec.replicas was set from 4 to ${replicas}`;
    },
  },
};
