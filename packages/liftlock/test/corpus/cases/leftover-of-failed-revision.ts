import type { CorpusCase } from '../case.ts';
import { deployment } from '../objects.ts';

export const leftoverOfFailedRevision: CorpusCase = {
  name: 'leftover-of-failed-revision',
  title: 'a revision that failed has left a field behind, which helm does not see',
  variants: ['helm3', 'helm4-client-side'],
  before: { objects: [deployment('web')] },
  after: { objects: [deployment('web', { image: 'team/web:2' })] },
  prepare: async (world) => {
    const broken = { objects: [deployment('web', { pod: { nodeSelector: { disk: 'none' } } })] };
    const wait = world.variant === 'helm3' ? '--wait' : '--wait=legacy';
    const by = world.variant === 'helm3' ? 'helm3' : 'helm4';
    await world.helm(by, 'upgrade', 'shop', await world.chart(broken, '1.1.0'), wait, '--timeout', '2s');
  },
  foretells: [{ code: 'LEFTOVER_OF_FAILED_REVISION', object: 'Deployment/web', field: 'nodeSelector' }],
  truth: { helm: 'hangs', says: /didn't match Pod's node affinity\/selector/ },
};
