import type { CorpusCase } from '../case.ts';
import { configMap, service } from '../objects.ts';

export const forceIsHarmless: CorpusCase = {
  name: 'force-is-harmless',
  title: "the guide's --force where nothing stands against it",
  variants: ['helm3', 'helm4-client-side'],
  before: { objects: [service('web'), configMap('settings', { mode: 'a' })] },
  after: { objects: [service('web'), configMap('settings', { mode: 'b' })] },
  force: true,
  foretells: [],
  truth: { helm: 'succeeds' },
};
