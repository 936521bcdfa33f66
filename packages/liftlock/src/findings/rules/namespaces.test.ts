import { expect, test } from 'vitest';
import { found, seen } from '../preflight-fixtures.ts';

test('a namespace that is being deleted blocks, whatever else is so', () => {
  expect(found(seen({ endingNamespaces: ['codemie'] }))).toContain('NAMESPACE_TERMINATING blocker');
  expect(found()).not.toContain('NAMESPACE_TERMINATING blocker');
});
