import type { CorpusCase } from '../case.ts';
import { deployment } from '../objects.ts';

export const podSecurity: CorpusCase = {
  name: 'pod-security',
  title: 'the namespace enforces Pod Security `restricted`, and the new pods are not',
  variants: ['helm3', 'helm4'],
  before: { objects: [deployment('web')] },
  after: { objects: [deployment('web', { container: { securityContext: { privileged: true } } })] },
  prepare: ({ sandbox, namespace }) =>
    sandbox.api
      .patch(`/api/v1/namespaces/${namespace}`, {
        metadata: { labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } },
      })
      .then(() => undefined),
  foretells: [{ code: 'POD_SECURITY', object: 'Deployment/web', field: 'privileged' }],
  truth: { helm: 'hangs', says: /violates PodSecurity "restricted/ },
};
