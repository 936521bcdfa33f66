import type { CorpusCase } from '../case.ts';
import { job } from '../objects.ts';

export const jobTemplate: CorpusCase = {
  name: 'job-template',
  title: 'a Job of the release gets another image',
  variants: ['helm3', 'helm4'],
  before: { objects: [job('migrate')] },
  after: { objects: [job('migrate', { image: 'team/web:2' })] },
  foretells: [{ code: 'IMMUTABLE_FIELD', object: 'Job/migrate', field: 'spec.template' }],
  truth: { helm: 'refused', says: /field is immutable/ },
};
