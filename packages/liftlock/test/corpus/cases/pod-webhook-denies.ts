import type { CorpusCase } from '../case.ts';
import { serveWebhook, webhookObject } from '../webhook.ts';
import { deployment } from '../objects.ts';

export const podWebhookDenies: CorpusCase = {
  name: 'pod-webhook-denies',
  title: 'a webhook refuses the pods of a Deployment that itself passes',
  before: { objects: [deployment('web')] },
  after: { objects: [deployment('web', { image: 'team/web:2' })] },
  prepare: async (world) => {
    const served = await serveWebhook(world, 'images must come from the company registry');
    await world.create(webhookObject('pods', served, 'None', ['CREATE']));
    await world.untilRefused({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'probe' },
      spec: { containers: [{ name: 'main', image: 'probe' }] },
    });
  },
  foretells: [
    { code: 'ADMISSION_DENIED', object: 'Deployment/web', field: 'images must come from the company registry' },
  ],
  truth: { helm: 'hangs', says: /images must come from the company registry/ },
};
