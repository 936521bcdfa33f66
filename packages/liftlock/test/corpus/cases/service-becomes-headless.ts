import type { CorpusCase } from '../case.ts';
import { service } from '../objects.ts';

export const serviceBecomesHeadless: CorpusCase = {
  name: 'service-becomes-headless',
  title: 'a Service with an address becomes headless',
  variants: ['helm3', 'helm4'],
  before: { objects: [service('web')] },
  after: { objects: [service('web', { clusterIP: 'None' })] },
  foretells: [{ code: 'IMMUTABLE_FIELD', object: 'Service/web', field: 'spec.clusterIP' }],
  truth: { helm: 'refused', says: /may not change once set/ },
};
