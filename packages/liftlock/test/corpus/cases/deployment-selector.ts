import type { CorpusCase } from '../case.ts';
import { deployment } from '../objects.ts';

export const deploymentSelector: CorpusCase = {
  name: 'deployment-selector',
  title: 'a Deployment chooses its pods by another label',
  variants: ['helm3', 'helm4', 'helm4-client-side'],
  before: { objects: [deployment('web', { label: 'old' })] },
  after: { objects: [deployment('web', { label: 'new' })] },
  foretells: [{ code: 'IMMUTABLE_FIELD', object: 'Deployment/web', field: 'spec.selector' }],
  truth: { helm: 'refused', says: /field is immutable/ },
};
