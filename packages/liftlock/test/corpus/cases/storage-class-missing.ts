import type { CorpusCase } from '../case.ts';
import { claim, deployment, mounting } from '../objects.ts';

export const storageClassMissing: CorpusCase = {
  name: 'storage-class-missing',
  title: 'a new volume claim asks for a storage class that does not exist',
  before: { objects: [deployment('web')] },
  after: { objects: [deployment('web', mounting('data')), claim('data', '1Gi', 'absent')] },
  foretells: [{ code: 'STORAGE_CLASS_MISSING', field: 'absent' }],
  truth: { helm: 'hangs', says: /storageclass.storage.k8s.io "absent" not found/ },
};
