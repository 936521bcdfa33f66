import type { CorpusCase } from '../case.ts';
import { deployment, mounting } from '../objects.ts';

export const claimMissing: CorpusCase = {
  name: 'claim-missing',
  title: 'the pods mount a volume claim that does not exist',
  before: { objects: [deployment('web')] },
  after: { objects: [deployment('web', mounting('absent'))] },
  foretells: [{ code: 'CLAIM_MISSING', field: 'absent' }],
  truth: { helm: 'hangs', says: /persistentvolumeclaim "absent" not found/ },
};
