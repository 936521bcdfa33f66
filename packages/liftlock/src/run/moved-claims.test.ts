import { expect, test } from 'vitest';
import { movedClaims } from './moved-claims.ts';

const planned = { namespace: 'shop', name: 'data', uid: 'u1', volume: 'pv1', policy: 'Delete', isRebound: false };
const pending = { ...planned, name: 'files', uid: 'u2', volume: '' };
const now = { namespace: 'shop', name: 'data', uid: 'u1', volume: 'pv1', policy: 'Retain' };

test('O5: claims that are as the plan says, on Retain by now, are no others', () => {
  expect(movedClaims([planned, pending], [now, { ...now, name: 'files', uid: 'u2', volume: '' }])).toEqual([]);
  expect(movedClaims([pending], [])).toEqual([]);
  expect(movedClaims([{ ...planned, isRebound: true }], [{ ...now, goesBecause: 'of the chart' }])).toEqual([]);
});

test('O5: a claim that was bound since, came since, went, or would go now is named', () => {
  expect(movedClaims([pending], [{ ...now, name: 'files', uid: 'u2', volume: 'pv2' }])).toEqual([
    'shop/files is on pv2, it was on none',
  ]);
  expect(movedClaims([planned], [now, { ...now, namespace: 'other' }])).toEqual(['other/data is new']);
  expect(movedClaims([planned], [])).toEqual(['shop/data is gone']);
  expect(movedClaims([planned], [{ ...now, uid: 'u9' }])).toEqual(['shop/data was made anew']);
  expect(movedClaims([planned], [{ ...now, goesBecause: 'of the chart' }])).toEqual([
    'shop/data would go: of the chart',
  ]);
});
