import type { CorpusCase } from '../case.ts';
import { claimTemplate, workload } from '../objects.ts';

export const statefulSetClaimTemplate: CorpusCase = {
  name: 'stateful-set-claim-template',
  title: 'a StatefulSet asks for larger volumes in its claim template',
  variants: ['helm3', 'helm4', 'helm4-client-side'],
  before: {
    objects: [workload('StatefulSet', 'db', { spec: { volumeClaimTemplates: [claimTemplate('data', '1Gi')] } })],
  },
  after: {
    objects: [workload('StatefulSet', 'db', { spec: { volumeClaimTemplates: [claimTemplate('data', '2Gi')] } })],
  },
  foretells: [{ code: 'IMMUTABLE_FIELD', object: 'StatefulSet/db' }],
  truth: {
    helm: 'refused',
    says: /updates to statefulset spec for fields other than|spec.volumeClaimTemplates: Invalid value/,
  },
};
