import type { CorpusCase } from '../case.ts';
import { configMap, deployment } from '../objects.ts';

const files = (label: string) => ({
  'charts/cache/Chart.yaml': 'apiVersion: v2\nname: cache\nversion: 1.0.0\n',
  'charts/cache/templates/web.yaml': JSON.stringify(deployment('web', { label })),
});

export const subchartSelector: CorpusCase = {
  name: 'subchart-selector',
  title: 'a Deployment of a subchart chooses its pods by another label',
  before: { objects: [configMap('settings', { mode: 'a' })], files: files('old') },
  after: { objects: [configMap('settings', { mode: 'b' })], files: files('new') },
  foretells: [{ code: 'IMMUTABLE_FIELD', object: 'Deployment/web', field: 'spec.selector' }],
  truth: { helm: 'refused', says: /field is immutable/ },
};
