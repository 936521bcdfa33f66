import { expect, it } from 'vitest';
import { catalog } from './catalog.ts';
import { themes } from './themes.ts';

it('puts every code under one theme', () => {
  const codes = themes().flatMap((theme) => theme.codes);
  expect(codes.toSorted()).toEqual(Object.keys(catalog).toSorted());
  expect(themes().map(({ title }) => title)).toContain('While a rollout goes on');
});
