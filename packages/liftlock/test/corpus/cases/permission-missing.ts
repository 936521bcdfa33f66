import type { CorpusCase } from '../case.ts';
import { deployment } from '../objects.ts';

export const permissionMissing: CorpusCase = {
  name: 'permission-missing',
  title: 'the user may not change Deployments',
  variants: ['helm3', 'helm4'],
  before: { objects: [deployment('web')] },
  after: { objects: [deployment('web', { image: 'team/web:2' })] },
  rights: [
    { apiGroups: [''], resources: ['secrets', 'configmaps', 'services'], verbs: ['*'] },
    { apiGroups: ['apps', ''], resources: ['*'], verbs: ['get', 'list', 'watch'] },
  ],
  foretells: [{ code: 'PERMISSION_MISSING', field: 'deployments' }],
  truth: { helm: 'refused', says: /cannot patch resource "deployments"/ },
};
