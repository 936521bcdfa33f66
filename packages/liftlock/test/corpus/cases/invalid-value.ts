import type { CorpusCase } from '../case.ts';
import { deployment } from '../objects.ts';

export const invalidValue: CorpusCase = {
  name: 'invalid-value',
  title: 'the new chart has a value that the API server does not accept',
  before: { objects: [deployment('web')] },
  after: { objects: [deployment('web', { spec: { replicas: -1 } })] },
  foretells: [{ code: 'FORECAST_REJECTED', object: 'Deployment/web', field: 'spec.replicas' }],
  truth: { helm: 'refused', says: /must be greater than or equal to 0/ },
};
