import type { CorpusCase } from '../case.ts';
import { configMap } from '../objects.ts';

const schema = {
  type: 'object',
  properties: { web: { type: 'object', properties: { replicas: { type: 'integer' } } } },
};

export const valuesSchema: CorpusCase = {
  name: 'values-schema',
  title: "a user's value does not fit the schema of the new chart",
  variants: ['helm3', 'helm4'],
  before: { objects: [configMap('settings', { mode: 'a' })] },
  after: { objects: [configMap('settings', { mode: 'a' })], files: { 'values.schema.json': JSON.stringify(schema) } },
  values: 'web: {replicas: many}\n',
  foretells: [{ code: 'VALUES_SCHEMA', field: 'web' }],
  truth: { helm: 'refused', says: /don't meet the specifications of the schema/ },
};
