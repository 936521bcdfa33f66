import type { CorpusCase } from '../case.ts';
import { configMap, deployment, service } from '../objects.ts';

export const cleanNewImage: CorpusCase = {
  name: 'clean-new-image',
  title: 'a new image and a changed ConfigMap',
  variants: ['helm3', 'helm4', 'helm4-client-side'],
  before: { objects: [deployment('web'), service('web'), configMap('settings', { mode: 'a' })] },
  after: {
    objects: [deployment('web', { image: 'team/web:2' }), service('web'), configMap('settings', { mode: 'b' })],
  },
  foretells: [],
  truth: { helm: 'succeeds' },
};
