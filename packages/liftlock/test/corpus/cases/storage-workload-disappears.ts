import type { CorpusCase } from '../case.ts';
import { gone } from '../harms.ts';
import { claimTemplate, configMap, workload } from '../objects.ts';

const database = workload('StatefulSet', 'db', { spec: { volumeClaimTemplates: [claimTemplate('data', '1Gi')] } });

export const storageWorkloadDisappears: CorpusCase = {
  name: 'storage-workload-disappears',
  title: 'the database is no longer in the chart',
  before: { objects: [configMap('settings', { mode: 'a' }), database] },
  after: { objects: [configMap('settings', { mode: 'a' })] },
  foretells: [{ code: 'STORAGE_WORKLOAD_DISAPPEARS', object: 'StatefulSet/db' }],
  truth: { helm: 'succeeds', harm: gone('apps/v1', 'StatefulSet', 'db') },
};
