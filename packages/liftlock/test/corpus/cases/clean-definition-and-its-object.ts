import type { CorpusCase } from '../case.ts';
import { widget, widgets } from '../objects.ts';

export const cleanDefinitionAndItsObject: CorpusCase = {
  name: 'clean-definition-and-its-object',
  title: 'a definition in crds/ and an object of it, both for the first time',
  variants: ['helm3', 'helm4'],
  after: { objects: [widget('one')], files: { 'crds/widgets.yaml': JSON.stringify(widgets()) } },
  foretells: [],
  truth: { helm: 'succeeds' },
};
