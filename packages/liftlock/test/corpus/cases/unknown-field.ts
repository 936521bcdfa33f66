import type { CorpusCase } from '../case.ts';
import { fieldOf } from '../harms.ts';
import { service } from '../objects.ts';

export const unknownField: CorpusCase = {
  name: 'unknown-field',
  title: 'the new chart has a field that no Kubernetes knows',
  variants: ['helm3', 'helm4', 'helm4-client-side'],
  before: { objects: [service('web')] },
  after: { objects: [service('web', { sessionAffinty: 'ClientIP' })] },
  // Only a server-side apply is refused; a patch is accepted with a warning, and the field is dropped.
  foretells: [{ code: 'STRICT_FIELD', object: 'Service/web', field: 'sessionAffinty' }],
  truth: {
    helm: { helm3: 'succeeds', helm4: 'refused', 'helm4-client-side': 'succeeds' },
    says: /sessionAffinty/,
    harm: async (world) => {
      const live = await world.find('v1', 'Service', 'web');
      const { sessionAffinity } = fieldOf<{ readonly sessionAffinity: string }>(live, 'spec');
      return sessionAffinity === 'ClientIP' ? undefined : 'the field was dropped: sessionAffinity is None';
    },
  },
};
