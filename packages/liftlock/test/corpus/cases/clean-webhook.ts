import type { CorpusCase } from '../case.ts';
import { serveWebhook, webhookObject } from '../webhook.ts';
import { configMap } from '../objects.ts';

export const cleanWebhook: CorpusCase = {
  name: 'clean-webhook',
  title: 'a webhook that admits, and keeps its side effects from dry runs',
  before: { objects: [configMap('settings', { mode: 'a' })] },
  after: { objects: [configMap('settings', { mode: 'b' })] },
  prepare: async (world) => {
    const { url, caBundle } = await serveWebhook(world);
    await world.create(webhookObject('configmaps', { url, caBundle }, 'NoneOnDryRun'));
  },
  foretells: [],
  truth: { helm: 'succeeds' },
};
