import type { CorpusCase } from '../case.ts';
import { claimTemplate, configMap, workload } from '../objects.ts';

const database = workload('StatefulSet', 'db', { spec: { volumeClaimTemplates: [claimTemplate('data', '1Gi')] } });

export const storageWorkloadAppears: CorpusCase = {
  name: 'storage-workload-appears',
  title: 'the new chart brings a database of its own, which is empty',
  before: { objects: [configMap('settings', { mode: 'a' })] },
  after: { objects: [configMap('settings', { mode: 'a' }), database] },
  foretells: [{ code: 'STORAGE_WORKLOAD_APPEARS', object: 'StatefulSet/db' }],
  truth: {
    helm: 'succeeds',
    harm: async (world) =>
      (await world.find('v1', 'PersistentVolumeClaim', 'data-db-0')) === undefined
        ? undefined
        : 'a new and empty volume claim data-db-0 was made',
  },
};
