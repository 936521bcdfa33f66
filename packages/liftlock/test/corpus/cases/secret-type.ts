import type { CorpusCase } from '../case.ts';
import { secret } from '../objects.ts';

export const secretType: CorpusCase = {
  name: 'secret-type',
  title: 'a Secret becomes one of another type',
  before: { objects: [secret('token', { key: 'a' })] },
  after: { objects: [secret('token', { key: 'a' }, { type: 'example.com/token' })] },
  foretells: [{ code: 'IMMUTABLE_FIELD', object: 'Secret/token', field: 'type' }],
  truth: { helm: 'refused', says: /field is immutable/ },
};
