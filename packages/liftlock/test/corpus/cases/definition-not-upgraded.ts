import type { CorpusCase } from '../case.ts';
import { configMap, widgets } from '../objects.ts';

const chart = (schema: Readonly<Record<string, unknown>>) => ({
  objects: [configMap('settings', { mode: 'a' })],
  files: { 'crds/widgets.yaml': JSON.stringify(widgets(['v1'], {}, schema)) },
});

export const definitionNotUpgraded: CorpusCase = {
  name: 'definition-not-upgraded',
  title: 'a definition in crds/ changes, which helm never upgrades',
  before: chart({}),
  after: chart({ properties: { color: { type: 'string' } } }),
  foretells: [{ code: 'CRD_NOT_UPGRADED', object: 'CustomResourceDefinition/widgets.__NS__.example.com' }],
  truth: {
    helm: 'succeeds',
    harm: async (world) => {
      const live = await world.find(
        'apiextensions.k8s.io/v1',
        'CustomResourceDefinition',
        'widgets.__NS__.example.com',
      );
      return JSON.stringify(live?.['spec']).includes('color') ? undefined : 'the definition has no field color';
    },
  },
};
