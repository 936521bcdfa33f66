import type { CorpusCase } from '../case.ts';
import { configMap, job } from '../objects.ts';

export const cleanHooks: CorpusCase = {
  name: 'clean-hooks',
  title: 'hooks before and after the upgrade',
  variants: ['helm3', 'helm4'],
  before: { objects: [configMap('settings', { mode: 'a' })] },
  after: {
    objects: [
      configMap('settings', { mode: 'b' }),
      job('before', {}, { 'helm.sh/hook': 'pre-upgrade' }),
      job('after', {}, { 'helm.sh/hook': 'post-upgrade' }),
    ],
  },
  foretells: [],
  truth: { helm: 'succeeds' },
};
