import { expect, test } from 'vitest';
import { matchesFields } from './field-selector.ts';

const object = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'one', namespace: 'a' }, type: 'Opaque' };

test.each([
  ['', true],
  ['metadata.name=one', true],
  ['metadata.name==one,metadata.namespace=a', true],
  ['metadata.name=two', false],
  ['type!=helm.sh/release.v1', true],
  ['type!=Opaque', false],
  ['spec.nodeName=', true],
  ['spec.nodeName=x', false],
])('%s: %s', (selector, expected) => {
  expect(matchesFields(selector, object)).toBe(expected);
});
