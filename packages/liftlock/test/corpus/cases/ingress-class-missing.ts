import type { CorpusCase } from '../case.ts';
import { service } from '../objects.ts';

const ingress = (ingressClassName: string) => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: { name: 'web' },
  spec: { ingressClassName, defaultBackend: { service: { name: 'web', port: { number: 80 } } } },
});

export const ingressClassMissing: CorpusCase = {
  name: 'ingress-class-missing',
  title: 'an Ingress moves to a class that does not exist',
  before: { objects: [service('web'), ingress('nginx')] },
  after: { objects: [service('web'), ingress('absent')] },
  foretells: [{ code: 'INGRESS_CLASS_MISSING', object: 'Ingress/web', field: 'absent' }],
  truth: {
    helm: 'succeeds',
    harm: async (world) =>
      (await world.find('networking.k8s.io/v1', 'IngressClass', 'absent')) === undefined
        ? 'no controller serves Ingress web: IngressClass absent does not exist'
        : undefined,
  },
};
