import type { CorpusCase } from '../case.ts';
import { claim, deployment, mounting } from '../objects.ts';

export const claimChangesClass: CorpusCase = {
  name: 'claim-changes-class',
  title: 'a volume claim asks for another storage class',
  before: { objects: [claim('data', '1Gi'), deployment('web', mounting('data'))] },
  after: { objects: [claim('data', '1Gi', 'fast'), deployment('web', mounting('data'))] },
  foretells: [{ code: 'IMMUTABLE_FIELD', object: 'PersistentVolumeClaim/data' }],
  truth: { helm: 'refused', says: /spec is immutable after creation/ },
};
