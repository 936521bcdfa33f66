import type { CorpusCase } from '../case.ts';
import { claim, deployment, mounting } from '../objects.ts';

export const claimChanged: CorpusCase = {
  name: 'claim-changed',
  title: 'a Deployment mounts another, new volume claim than before',
  before: { objects: [claim('data', '1Gi'), deployment('web', mounting('data'))] },
  after: { objects: [claim('data', '1Gi'), claim('store', '1Gi'), deployment('web', mounting('store'))] },
  foretells: [{ code: 'CLAIM_CHANGED', object: 'Deployment/web', field: 'store' }],
  truth: {
    helm: 'succeeds',
    harm: async (world) =>
      JSON.stringify((await world.find('apps/v1', 'Deployment', 'web'))?.['spec']).includes('"claimName":"store"')
        ? 'the pods run on the new, empty volume claim store'
        : undefined,
  },
};
