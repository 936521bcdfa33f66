import type { CorpusCase } from '../case.ts';
import { configMap, deployment, secret, serviceAccount } from '../objects.ts';

export const severalForeignObjects: CorpusCase = {
  name: 'several-foreign-objects',
  title: 'objects made by hand, and behind them a field that may not change',
  before: { objects: [configMap('settings', { mode: 'a' }), deployment('web', { label: 'old' })] },
  after: {
    objects: [
      configMap('settings', { mode: 'a' }),
      deployment('web', { label: 'new' }),
      serviceAccount('app'),
      secret('token', { key: 'a' }),
    ],
  },
  prepare: async (world) => {
    await world.create(serviceAccount('app'));
    await world.create(secret('token', { key: 'mine' }));
  },
  foretells: [
    { code: 'FOREIGN_OWNERSHIP', object: 'ServiceAccount/app' },
    { code: 'FOREIGN_OWNERSHIP', object: 'Secret/token' },
    { code: 'IMMUTABLE_FIELD', object: 'Deployment/web' },
  ],
  truth: { helm: 'refused', says: /cannot be imported into the current release/ },
};
