import type { CorpusCase } from '../case.ts';
import { configMap } from '../objects.ts';

export const applyConflict: CorpusCase = {
  name: 'apply-conflict',
  title: 'someone else applied a field that the new chart changes',
  variants: ['helm4'],
  before: { objects: [configMap('settings', { mode: 'a' })] },
  after: { objects: [configMap('settings', { mode: 'b' })] },
  prepare: async ({ sandbox, namespace }) => {
    const path = `/api/v1/namespaces/${namespace}/configmaps/settings?fieldManager=tuner&force=true`;
    const applied = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings' }, data: { mode: 'c' } };
    await sandbox.api.raw('PATCH', path, JSON.stringify(applied), 'application/apply-patch+yaml');
  },
  foretells: [{ code: 'APPLY_CONFLICT', object: 'ConfigMap/settings', field: 'mode' }],
  truth: { helm: 'refused', says: /conflict with "tuner"/ },
};
