import type { CorpusCase } from '../case.ts';
import { gone } from '../harms.ts';
import { configMap } from '../objects.ts';

const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'data-__NS__' } };

export const namespaceLeaves: CorpusCase = {
  name: 'namespace-leaves',
  title: 'a namespace is no longer in the chart',
  before: { objects: [namespace] },
  after: { objects: [configMap('settings', { mode: 'a' })] },
  foretells: [{ code: 'DELETES_PROTECTED', object: 'Namespace/data-__NS__' }],
  truth: { helm: 'succeeds', harm: gone('v1', 'Namespace', 'data-__NS__') },
};
