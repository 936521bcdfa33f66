import type { CorpusCase } from '../case.ts';
import { gone } from '../harms.ts';
import { claimTemplate, workload } from '../objects.ts';

const database = (name: string) =>
  workload('StatefulSet', name, { spec: { volumeClaimTemplates: [claimTemplate('data', '1Gi')] } });

export const storageWorkloadRenamed: CorpusCase = {
  name: 'storage-workload-renamed',
  title: 'the database gets another name, and with it other volumes',
  before: { objects: [database('db')] },
  after: { objects: [database('postgresql')] },
  foretells: [
    { code: 'STORAGE_WORKLOAD_APPEARS', object: 'StatefulSet/postgresql' },
    { code: 'STORAGE_WORKLOAD_DISAPPEARS', object: 'StatefulSet/db' },
  ],
  truth: { helm: 'succeeds', harm: gone('apps/v1', 'StatefulSet', 'db') },
};
