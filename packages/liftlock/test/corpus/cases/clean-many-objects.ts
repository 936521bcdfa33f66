import type { CorpusCase } from '../case.ts';
import { configMap } from '../objects.ts';

const many = (mode: string) => Array.from({ length: 200 }, (_, index) => configMap(`settings-${index}`, { mode }));

export const cleanManyObjects: CorpusCase = {
  name: 'clean-many-objects',
  title: 'two hundred changed objects',
  variants: ['helm3', 'helm4'],
  before: { objects: many('a') },
  after: { objects: many('b') },
  foretells: [],
  truth: { helm: 'succeeds' },
};
