import type { CorpusCase } from '../case.ts';
import { gone } from '../harms.ts';
import { claim, deployment, mounting } from '../objects.ts';

export const claimLeavesButIsKept: CorpusCase = {
  name: 'claim-leaves-but-is-kept',
  title: 'a volume claim leaves the chart and carries the annotation that keeps it',
  before: {
    objects: [
      { ...claim('data', '1Gi'), metadata: { name: 'data', annotations: { 'helm.sh/resource-policy': 'keep' } } },
      deployment('web', mounting('data')),
    ],
  },
  after: { objects: [deployment('web', mounting('data'))] },
  foretells: [],
  truth: { helm: 'succeeds', harm: gone('v1', 'PersistentVolumeClaim', 'data') },
};
