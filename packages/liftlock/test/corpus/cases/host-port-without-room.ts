import type { CorpusCase } from '../case.ts';
import { deployment } from '../objects.ts';

const web = (image: string) =>
  deployment('web', {
    image,
    container: { ports: [{ containerPort: 80, hostPort: 8080 }] },
    pod: { nodeSelector: { 'kubernetes.io/hostname': 'node-1' } },
  });

export const hostPortWithoutRoom: CorpusCase = {
  name: 'host-port-without-room',
  title: 'the new pod needs a host port that the old one holds on the only node',
  before: { objects: [web('team/web:1')] },
  after: { objects: [web('team/web:2')] },
  foretells: [{ code: 'ROLLOUT_STUCK', object: 'Deployment/web' }],
  truth: { helm: 'hangs', says: /didn't have free ports/ },
};
