import type { CorpusCase } from '../case.ts';
import { deployment } from '../objects.ts';

const web = (image: string) =>
  deployment('web', {
    image,
    pod: {
      nodeSelector: { 'kubernetes.io/hostname': 'node-1' },
      affinity: {
        podAntiAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: [
            { labelSelector: { matchLabels: { app: 'web' } }, topologyKey: 'kubernetes.io/hostname' },
          ],
        },
      },
    },
  });

export const antiAffinityWithoutRoom: CorpusCase = {
  name: 'anti-affinity-without-room',
  title: 'the new pod may not stand beside the old one, and there is no other node for it',
  before: { objects: [web('team/web:1')] },
  after: { objects: [web('team/web:2')] },
  foretells: [{ code: 'ROLLOUT_STUCK', object: 'Deployment/web' }],
  truth: {
    helm: 'hangs',
    says: /didn't satisfy existing pods anti-affinity rules|didn't match pod anti-affinity rules/,
  },
};
