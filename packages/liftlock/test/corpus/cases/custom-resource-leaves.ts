import type { CorpusCase } from '../case.ts';
import { untilServed } from '../custom-resources.ts';
import { gone } from '../harms.ts';
import { configMap, widget, widgets } from '../objects.ts';

export const customResourceLeaves: CorpusCase = {
  name: 'custom-resource-leaves',
  title: 'a custom resource is no longer in the chart',
  first: async (world) => {
    await world.create(widgets());
    await untilServed(world);
  },
  before: { objects: [widget('one'), configMap('settings', { mode: 'a' })] },
  after: { objects: [configMap('settings', { mode: 'a' })] },
  foretells: [{ code: 'DELETES_PROTECTED', object: 'Widget/one' }],
  truth: { helm: 'succeeds', harm: gone('__NS__.example.com/v1', 'Widget', 'one') },
};
