import type { CorpusCase } from '../case.ts';
import { secret } from '../objects.ts';

export const immutableSecret: CorpusCase = {
  name: 'immutable-secret',
  title: 'an immutable Secret gets other data',
  before: { objects: [secret('token', { key: 'a' }, { immutable: true })] },
  after: { objects: [secret('token', { key: 'b' }, { immutable: true })] },
  foretells: [{ code: 'IMMUTABLE_FIELD', object: 'Secret/token', field: 'data' }],
  truth: { helm: 'refused', says: /field is immutable when `immutable` is set/ },
};
