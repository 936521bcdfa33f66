import type { CorpusCase } from '../case.ts';
import { configMap } from '../objects.ts';

const template = [
  'apiVersion: v1',
  'kind: Secret',
  'metadata: {name: token}',
  'stringData: {key: {{ randAlphaNum 12 | quote }}}',
  '',
].join('\n');

export const randomValues: CorpusCase = {
  name: 'random-values',
  title: 'a chart that makes another password at every upgrade',
  before: { files: { 'templates/a.yaml': template } },
  after: { files: { 'templates/a.yaml': template }, objects: [configMap('settings', { mode: 'a' })] },
  foretells: [{ code: 'NONDETERMINISTIC_RENDER' }],
  truth: {
    helm: 'succeeds',
    harm: async (world) => {
      const live = await world.find('v1', 'Secret', 'token');
      return live === undefined ? undefined : 'the password is another one after every upgrade';
    },
  },
};
