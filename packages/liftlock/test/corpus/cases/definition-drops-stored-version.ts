import type { CorpusCase } from '../case.ts';
import { widgets } from '../objects.ts';

export const definitionDropsStoredVersion: CorpusCase = {
  name: 'definition-drops-stored-version',
  title: 'a CustomResourceDefinition drops a version in which objects are stored',
  before: { objects: [widgets(['v1alpha1', 'v1'])] },
  after: { objects: [widgets(['v1'])] },
  prepare: async ({ sandbox, namespace }) => {
    const path = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/widgets.${namespace}.example.com/status`;
    await sandbox.api.patch(path, { status: { storedVersions: ['v1alpha1', 'v1'] } });
  },
  foretells: [
    { code: 'CRD_VERSION_STORED', object: 'CustomResourceDefinition/widgets.__NS__.example.com', field: 'v1alpha1' },
  ],
  truth: { helm: 'refused', says: /status.storedVersions/ },
};
