import type { CorpusCase } from '../case.ts';

const template = [
  'apiVersion: apps/v1',
  'kind: Deployment',
  'metadata: {name: web}',
  'spec:',
  '  selector: {matchLabels: {app: web}}',
  '  template:',
  '    metadata: {labels: {app: web}}',
  '    spec: {containers: [{name: main, image: "team/web:{{ .Values.image.tag | default .Chart.AppVersion }}"}]}',
  '',
].join('\n');

export const pinnedImage: CorpusCase = {
  name: 'pinned-image',
  title: "the user's values pin the image of the old version",
  before: { files: { 'values.yaml': 'image: {tag: ""}\n', 'templates/a.yaml': template } },
  after: { files: { 'values.yaml': 'image: {tag: ""}\n', 'templates/a.yaml': template } },
  values: 'image: {tag: 1.0.0}\n',
  foretells: [{ code: 'PINNED_IMAGE', field: 'image.tag' }],
  truth: {
    helm: 'succeeds',
    harm: async (world) => {
      const live = JSON.stringify((await world.find('apps/v1', 'Deployment', 'web'))?.['spec']);
      return live.includes('team/web:1.0.0') ? 'chart 2.0.0 runs the image team/web:1.0.0' : undefined;
    },
  },
};
