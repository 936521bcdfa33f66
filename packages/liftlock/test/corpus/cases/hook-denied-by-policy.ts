import type { CorpusCase } from '../case.ts';
import { policy, policyBinding } from '../policy.ts';
import { configMap, job } from '../objects.ts';

export const hookDeniedByPolicy: CorpusCase = {
  name: 'hook-denied-by-policy',
  title: 'a policy of the cluster refuses a hook of the new chart',
  before: { objects: [configMap('settings', { mode: 'a' })] },
  after: {
    objects: [configMap('settings', { mode: 'b' }), job('migrate', {}, { 'helm.sh/hook': 'pre-upgrade' })],
  },
  prepare: async (world) => {
    await world.create(policy('batch', 'jobs', 'false', 'no jobs in this namespace'));
    await world.create(policyBinding());
    await world.untilRefused(job('probe'));
  },
  foretells: [{ code: 'ADMISSION_DENIED', object: 'Job/migrate', field: 'no jobs in this namespace' }],
  truth: { helm: 'refused', says: /no jobs in this namespace/ },
};
