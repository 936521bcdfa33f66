import type { CorpusCase } from '../case.ts';
import { configMap, deployment, service } from '../objects.ts';

export const cleanFirstInstallation: CorpusCase = {
  name: 'clean-first-installation',
  title: 'a first installation',
  variants: ['helm3', 'helm4'],
  after: { objects: [deployment('web'), service('web'), configMap('settings', { mode: 'a' })] },
  foretells: [],
  truth: { helm: 'succeeds' },
};
