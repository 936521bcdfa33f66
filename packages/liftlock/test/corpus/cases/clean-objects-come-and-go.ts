import type { CorpusCase } from '../case.ts';
import { configMap, deployment, service, serviceAccount } from '../objects.ts';

export const cleanObjectsComeAndGo: CorpusCase = {
  name: 'clean-objects-come-and-go',
  title: 'a Service and a ConfigMap leave the chart, others come',
  variants: ['helm3', 'helm4'],
  before: { objects: [deployment('web'), service('old'), configMap('old', { mode: 'a' })] },
  after: { objects: [deployment('web'), service('new'), configMap('new', { mode: 'a' }), serviceAccount('app')] },
  foretells: [],
  truth: { helm: 'succeeds' },
};
