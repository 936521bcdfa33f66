import { expect, test } from 'vitest';
import { warningsOf } from './warnings.ts';

test('warnings are read out of one header or several', () => {
  const one = '299 - "unknown field \\"spec.x\\"", 299 - "policy/v1beta1 is deprecated, use policy/v1"';
  expect(warningsOf({ warning: one })).toEqual([
    'unknown field "spec.x"',
    'policy/v1beta1 is deprecated, use policy/v1',
  ]);
  expect(warningsOf({})).toEqual([]);
});
