import type { CorpusCase } from '../case.ts';
import { webhookObject } from '../webhook.ts';
import { configMap } from '../objects.ts';

export const webhookDown: CorpusCase = {
  name: 'webhook-down',
  title: 'the webhook that must be asked about an object does not answer',
  before: { objects: [configMap('settings', { mode: 'a' })] },
  after: { objects: [configMap('settings', { mode: 'b' })] },
  prepare: async (world) => {
    await world.create(webhookObject('configmaps', { url: 'https://127.0.0.1:9/' }));
    await world.untilRefused(configMap('probe', {}));
  },
  foretells: [{ code: 'WEBHOOK_DOWN', object: 'ConfigMap/settings', field: 'guard.corpus.example.com' }],
  truth: { helm: 'refused', says: /failed calling webhook/ },
};
