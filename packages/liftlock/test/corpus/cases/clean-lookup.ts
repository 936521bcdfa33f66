import type { CorpusCase } from '../case.ts';
import { configMap } from '../objects.ts';

const template = [
  '{{- $found := lookup "v1" "Secret" .Release.Namespace "token" }}',
  'apiVersion: v1',
  'kind: Secret',
  'metadata: {name: token}',
  'data:',
  '  key: {{ if $found }}{{ index $found.data "key" }}{{ else }}{{ randAlphaNum 12 | b64enc }}{{ end }}',
  '',
].join('\n');

export const cleanLookup: CorpusCase = {
  name: 'clean-lookup',
  title: 'a chart that keeps its password by looking it up in the cluster',
  variants: ['helm3', 'helm4'],
  before: { files: { 'templates/a.yaml': template } },
  after: { files: { 'templates/a.yaml': template }, objects: [configMap('settings', { mode: 'a' })] },
  foretells: [],
  truth: { helm: 'succeeds' },
};
