import type { CorpusCase } from '../case.ts';

const template = (twice: boolean) =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\n  labels: {a: b}\n${twice ? '  labels: {a: c}\n' : ''}data: {mode: a}\n`;

export const duplicateField: CorpusCase = {
  name: 'duplicate-field',
  title: 'the new chart names a field twice',
  variants: ['helm3', 'helm4', 'helm4-client-side'],
  before: { files: { 'templates/a.yaml': template(false) } },
  after: { files: { 'templates/a.yaml': template(true) } },
  // Helm reads YAML so that the last one counts, and sends it once: nobody downstream can see the second.
  foretells: [],
  truth: { helm: 'succeeds' },
};
