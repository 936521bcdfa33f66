import { expect, it } from 'vitest';
import { imagePattern } from './fault-stages.ts';
import { isImage } from './pod.ts';
import { bytesOf } from './quantity.ts';

it.each([
  ['registry.example/team/api:1.2', 'team/api', true],
  ['registry.example/team/api:1.2', 'api', true],
  ['registry.example/team/api:1.2', 'registry.example/team/api:1.2', true],
  ['registry.example/team/api@sha256:00', 'team/api', true],
  ['registry.example/team/api:1.2@sha256:00', 'team/api', true],
  ['registry.example/team/api:1.2', 'pi', false],
  ['registry.example/team/api:1.2', 'team', false],
  ['registry.example/team/api:1.2', 'team/api:1', false],
  ['registry.example/team/apiary', 'team/api', false],
  ['localhost:5000/api', 'localhost', false],
])('%s is %s: %s', (reference, wanted, expected) => {
  expect(isImage(reference, wanted)).toBe(expected);
  // The cluster's own side of the match, in stages and policies, agrees.
  expect(new RegExp(imagePattern(wanted)).test(reference)).toBe(expected);
});

it('reads quantities of storage', () => {
  expect(['1Gi', '1024Mi', '1.5Gi', '1G', '512'].map(bytesOf)).toEqual([2 ** 30, 2 ** 30, 1.5 * 2 ** 30, 1e9, 512]);
  expect(bytesOf('much')).toBeNaN();
});
