import type { CorpusCase } from '../case.ts';
import { service } from '../objects.ts';

export const serviceHeadlessGetsAddress: CorpusCase = {
  name: 'service-headless-gets-address',
  title: 'a headless Service shall get an address',
  variants: ['helm3', 'helm4'],
  before: { objects: [service('web', { clusterIP: 'None' })] },
  after: { objects: [service('web', { clusterIP: '10.0.0.77' })] },
  foretells: [{ code: 'IMMUTABLE_FIELD', object: 'Service/web', field: 'spec.clusterIP' }],
  truth: { helm: 'refused', says: /may not change once set/ },
};
