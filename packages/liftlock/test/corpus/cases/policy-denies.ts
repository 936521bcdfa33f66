import type { CorpusCase } from '../case.ts';
import { policy, policyBinding } from '../policy.ts';
import { configMap, secret } from '../objects.ts';

export const policyDenies: CorpusCase = {
  name: 'policy-denies',
  title: 'a policy of the cluster refuses an object of the new chart',
  before: { objects: [configMap('settings', { mode: 'a' })] },
  after: { objects: [configMap('settings', { mode: 'a' }), secret('token', { key: 'a' })] },
  prepare: async (world) => {
    const expression = "object.type != 'Opaque' || has(object.metadata.labels) && 'team' in object.metadata.labels";
    await world.create(policy('', 'secrets', expression, 'secrets must name their team'));
    await world.create(policyBinding());
    await world.untilRefused(secret('probe', { key: 'a' }));
  },
  foretells: [{ code: 'ADMISSION_DENIED', object: 'Secret/token', field: 'secrets must name their team' }],
  truth: { helm: 'refused', says: /secrets must name their team/ },
};
