import type { CorpusCase } from '../case.ts';
import { deployment, serviceAccount } from '../objects.ts';

export const installWithForeignObject: CorpusCase = {
  name: 'install-with-foreign-object',
  title: 'a first installation meets an object made by hand',
  variants: ['helm3', 'helm4'],
  after: { objects: [serviceAccount('app'), deployment('web')] },
  prepare: (world) => world.create(serviceAccount('app')),
  foretells: [{ code: 'FOREIGN_OWNERSHIP', object: 'ServiceAccount/app' }],
  truth: { helm: 'refused', says: /cannot be imported into the current release/ },
};
