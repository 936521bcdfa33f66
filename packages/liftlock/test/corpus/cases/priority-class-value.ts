import type { CorpusCase } from '../case.ts';

const priority = (value: number) => ({
  apiVersion: 'scheduling.k8s.io/v1',
  kind: 'PriorityClass',
  metadata: { name: 'high-__NS__' },
  value,
});

export const priorityClassValue: CorpusCase = {
  name: 'priority-class-value',
  title: 'a PriorityClass gets another value',
  before: { objects: [priority(1000)] },
  after: { objects: [priority(2000)] },
  foretells: [{ code: 'IMMUTABLE_FIELD', object: 'PriorityClass/high-__NS__', field: 'value' }],
  truth: { helm: 'refused', says: /may not be changed in an update/ },
};
