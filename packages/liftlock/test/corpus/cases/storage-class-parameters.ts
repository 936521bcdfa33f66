import type { CorpusCase } from '../case.ts';

const storageClass = (tier: string) => ({
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: { name: 'fast-__NS__' },
  provisioner: 'disks.example.com',
  parameters: { tier },
});

export const storageClassParameters: CorpusCase = {
  name: 'storage-class-parameters',
  title: 'a StorageClass gets other parameters',
  before: { objects: [storageClass('ssd')] },
  after: { objects: [storageClass('nvme')] },
  foretells: [{ code: 'IMMUTABLE_FIELD', object: 'StorageClass/fast-__NS__', field: 'parameters' }],
  truth: { helm: 'refused', says: /updates to parameters are forbidden|parameters: .*field is immutable/ },
};
