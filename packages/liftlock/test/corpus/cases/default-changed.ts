import type { CorpusCase } from '../case.ts';
import { fieldOf } from '../harms.ts';

const template =
  'apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {type: {{ .Values.service.type }}, selector: {app: web}, ports: [{port: 80}]}\n';

export const defaultChanged: CorpusCase = {
  name: 'default-changed',
  title: 'a default of the chart changes under the feet of the user: the Service becomes public',
  before: { files: { 'values.yaml': 'service: {type: ClusterIP}\n', 'templates/a.yaml': template } },
  after: { files: { 'values.yaml': 'service: {type: NodePort}\n', 'templates/a.yaml': template } },
  foretells: [{ code: 'DEFAULT_CHANGED', field: 'service.type' }],
  truth: {
    helm: 'succeeds',
    harm: async (world) => {
      const live = await world.find('v1', 'Service', 'web');
      const { type } = fieldOf<{ readonly type: string }>(live, 'spec');
      return type === 'ClusterIP' ? undefined : `Service web is of type ${type} now`;
    },
  },
};
