import type { CorpusCase } from '../case.ts';
import { deployment } from '../objects.ts';

export const serviceAccountMissing: CorpusCase = {
  name: 'service-account-missing',
  title: 'the pods run as a ServiceAccount that does not exist',
  before: { objects: [deployment('web')] },
  after: { objects: [deployment('web', { pod: { serviceAccountName: 'absent' } })] },
  foretells: [{ code: 'SERVICE_ACCOUNT_MISSING', object: 'Deployment/web', field: 'absent' }],
  truth: { helm: 'hangs', says: /serviceaccount "absent" not found/ },
};
