import type { CorpusCase } from '../case.ts';
import { deployment } from '../objects.ts';

export const secretMissing: CorpusCase = {
  name: 'secret-missing',
  title: 'the pods read a Secret that does not exist',
  before: { objects: [deployment('web')] },
  after: { objects: [deployment('web', { container: { envFrom: [{ secretRef: { name: 'absent' } }] } })] },
  foretells: [{ code: 'SECRET_MISSING', field: 'absent' }],
  truth: { helm: 'succeeds', unseenHere: 'a kubelet would not start the container' },
};
