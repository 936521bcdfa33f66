import type { CorpusCase } from '../case.ts';
import { gone } from '../harms.ts';
import { claim, deployment, mounting } from '../objects.ts';

export const claimLeaves: CorpusCase = {
  name: 'claim-leaves',
  title: 'a volume claim is no longer in the chart',
  before: { objects: [claim('data', '1Gi'), deployment('web', mounting('data'))] },
  after: { objects: [deployment('web')] },
  foretells: [{ code: 'DELETES_PROTECTED', object: 'PersistentVolumeClaim/data' }],
  truth: { helm: 'succeeds', harm: gone('v1', 'PersistentVolumeClaim', 'data') },
};
