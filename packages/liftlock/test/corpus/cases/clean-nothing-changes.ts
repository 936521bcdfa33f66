import type { CorpusCase } from '../case.ts';
import { deployment, service } from '../objects.ts';

export const cleanNothingChanges: CorpusCase = {
  name: 'clean-nothing-changes',
  title: 'a new version of the chart that changes nothing',
  variants: ['helm3', 'helm4'],
  before: { objects: [deployment('web'), service('web')] },
  after: { objects: [deployment('web'), service('web')] },
  foretells: [],
  truth: { helm: 'succeeds' },
};
