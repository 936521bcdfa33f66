import type { CorpusCase } from '../case.ts';
import { deployment } from '../objects.ts';

export const priorityClassMissing: CorpusCase = {
  name: 'priority-class-missing',
  title: 'the pods have a PriorityClass that does not exist',
  before: { objects: [deployment('web')] },
  after: { objects: [deployment('web', { pod: { priorityClassName: 'absent' } })] },
  foretells: [{ code: 'PRIORITY_CLASS_MISSING', object: 'Deployment/web', field: 'absent' }],
  truth: { helm: 'hangs', says: /no PriorityClass with name absent/ },
};
