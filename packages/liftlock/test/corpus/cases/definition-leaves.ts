import type { CorpusCase } from '../case.ts';
import { gone } from '../harms.ts';
import { configMap, widget, widgets } from '../objects.ts';

export const definitionLeaves: CorpusCase = {
  name: 'definition-leaves',
  title: 'a CustomResourceDefinition is no longer in the chart; its objects go with it',
  variants: ['helm3', 'helm4'],
  before: { objects: [widgets()] },
  after: { objects: [configMap('settings', { mode: 'a' })] },
  prepare: (world) => world.create(widget('mine')),
  foretells: [{ code: 'DELETES_PROTECTED', object: 'CustomResourceDefinition/widgets.__NS__.example.com' }],
  truth: {
    helm: 'succeeds',
    harm: gone('apiextensions.k8s.io/v1', 'CustomResourceDefinition', 'widgets.__NS__.example.com'),
  },
};
