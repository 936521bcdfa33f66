import type { CorpusCase } from '../case.ts';
import { configMap, service } from '../objects.ts';

export const forceAndClusterAddress: CorpusCase = {
  name: 'force-and-cluster-address',
  title: "the guide's --force sends whole objects, and a Service's address with them",
  variants: ['helm3', 'helm4-client-side'],
  before: { objects: [service('web'), configMap('settings', { mode: 'a' })] },
  after: { objects: [service('web', { clusterIP: 'None' }), configMap('settings', { mode: 'b' })] },
  force: true,
  foretells: [{ code: 'IMMUTABLE_FIELD', object: 'Service/web', field: 'spec.clusterIP' }],
  truth: { helm: 'refused', says: /may not change once set/ },
};
