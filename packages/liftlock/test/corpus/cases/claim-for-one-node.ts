import type { CorpusCase } from '../case.ts';
import { claim, deployment, mounting } from '../objects.ts';

const web = (image: string) => deployment('web', { ...mounting('data'), image });

export const claimForOneNode: CorpusCase = {
  name: 'claim-for-one-node',
  title: 'a rolling update of a Deployment whose volume one node at a time can mount',
  before: { objects: [claim('data', '1Gi'), web('team/web:1')] },
  after: { objects: [claim('data', '1Gi'), web('team/web:2')] },
  foretells: [{ code: 'ROLLOUT_STUCK', object: 'Deployment/web' }],
  truth: { helm: 'succeeds', unseenHere: 'a volume driver would not attach the volume to a second node' },
};
