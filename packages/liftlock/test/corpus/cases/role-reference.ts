import type { CorpusCase } from '../case.ts';

const binding = (role: string) => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'RoleBinding',
  metadata: { name: 'app' },
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: role },
  subjects: [{ kind: 'ServiceAccount', name: 'default', namespace: '__NS__' }],
});

export const roleReference: CorpusCase = {
  name: 'role-reference',
  title: 'a RoleBinding refers to another Role',
  variants: ['helm3', 'helm4'],
  before: { objects: [binding('reader')] },
  after: { objects: [binding('writer')] },
  foretells: [{ code: 'IMMUTABLE_FIELD', object: 'RoleBinding/app', field: 'roleRef' }],
  truth: { helm: 'refused', says: /roleRef: Invalid value/ },
};
