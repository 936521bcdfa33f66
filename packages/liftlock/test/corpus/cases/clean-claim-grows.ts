import type { CorpusCase } from '../case.ts';
import { claim, deployment, mounting } from '../objects.ts';

export const cleanClaimGrows: CorpusCase = {
  name: 'clean-claim-grows',
  title: 'a bound volume claim grows, which its class allows',
  before: { objects: [claim('data', '1Gi'), deployment('web', mounting('data'))] },
  after: { objects: [claim('data', '2Gi'), deployment('web', mounting('data'))] },
  foretells: [],
  truth: { helm: 'succeeds' },
};
