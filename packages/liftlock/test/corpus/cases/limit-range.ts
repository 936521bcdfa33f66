import type { CorpusCase } from '../case.ts';
import { deployment } from '../objects.ts';

export const limitRange: CorpusCase = {
  name: 'limit-range',
  title: 'pods ask for more than the LimitRange of the namespace allows',
  before: { objects: [deployment('web')] },
  after: { objects: [deployment('web', { container: { resources: { limits: { cpu: '2' } } } })] },
  prepare: (world) =>
    world.create({
      apiVersion: 'v1',
      kind: 'LimitRange',
      metadata: { name: 'sizes' },
      spec: { limits: [{ type: 'Container', max: { cpu: '1' } }] },
    }),
  foretells: [{ code: 'LIMIT_RANGE', object: 'Deployment/web', field: 'maximum cpu usage per Container' }],
  truth: { helm: 'hangs', says: /maximum cpu usage per Container/ },
};
