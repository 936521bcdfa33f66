import type { CorpusCase } from '../case.ts';
import { configMap, serviceAccount } from '../objects.ts';

export const foreignServiceAccount: CorpusCase = {
  name: 'foreign-service-account',
  title: 'the new chart brings a ServiceAccount that someone made by hand',
  variants: ['helm3', 'helm4'],
  before: { objects: [configMap('settings', { mode: 'a' })] },
  after: { objects: [configMap('settings', { mode: 'a' }), serviceAccount('app')] },
  prepare: (world) => world.create(serviceAccount('app')),
  foretells: [{ code: 'FOREIGN_OWNERSHIP', object: 'ServiceAccount/app' }],
  truth: { helm: 'refused', says: /cannot be imported into the current release/ },
};
