import type { CorpusCase } from '../case.ts';
import { claim, deployment, mounting } from '../objects.ts';

export const claimShrinks: CorpusCase = {
  name: 'claim-shrinks',
  title: 'a bound volume claim shall become smaller',
  before: { objects: [claim('data', '2Gi'), deployment('web', mounting('data'))] },
  after: { objects: [claim('data', '1Gi'), deployment('web', mounting('data'))] },
  foretells: [{ code: 'IMMUTABLE_FIELD', object: 'PersistentVolumeClaim/data' }],
  truth: { helm: 'refused', says: /field can not be less than|spec is immutable/ },
};
