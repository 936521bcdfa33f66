import type { CorpusCase } from '../case.ts';
import { configMap } from '../objects.ts';

export const ownedByAnotherRelease: CorpusCase = {
  name: 'owned-by-another-release',
  title: 'the new chart brings an object that another live release owns',
  before: { objects: [configMap('settings', { mode: 'a' })] },
  after: { objects: [configMap('settings', { mode: 'a' }), configMap('shared', { mode: 'a' })] },
  prepare: async (world) => {
    const chart = await world.chart({ objects: [configMap('shared', { mode: 'z' })] }, '1.0.0');
    await world.helm('helm3', 'install', 'other', chart);
  },
  foretells: [{ code: 'FOREIGN_OWNERSHIP', object: 'ConfigMap/shared', field: 'other' }],
  truth: { helm: 'refused', says: /cannot be imported into the current release/ },
};
