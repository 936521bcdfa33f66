import { expect, test } from 'vitest';
import { maskViews, renderValuesViews } from '../render/values-view.ts';
import { threeWay } from './three-way.ts';

const sides = {
  former: { image: { tag: '1' }, size: 1, same: true, db: { password: 'changeme' } },
  yours: { size: 2, old: { name: ['a'] }, db: { password: 'hunter22' }, gone: null },
  now: { image: { tag: '2' }, size: 3, same: true, new: { name: [] } },
  carried: [
    { path: 'size', becomes: 'kept' },
    { path: 'old.name', becomes: 'moved', to: 'new.name' },
    { path: 'db.password', becomes: 'undecided' },
  ],
} as const;

test('the user’s values stand between former and new defaults, the new ones at the place where the value goes', () => {
  expect(threeWay(sides, { all: false })).toEqual([
    { path: 'db.password', former: 'changeme', yours: 'hunter22', becomes: 'undecided' },
    { path: 'gone', yours: null },
    { path: 'old.name', yours: ['a'], now: [], becomes: 'moved', to: 'new.name' },
    { path: 'size', former: 1, yours: 2, now: 3, becomes: 'kept' },
  ]);
  expect(threeWay(sides, { all: true }).map(({ path }) => path)).toEqual([
    'db.password',
    'gone',
    'image.tag',
    'new.name',
    'old.name',
    'size',
  ]);
});

test('on a screen secrets are masked, those of the defaults as well', () => {
  const views = maskViews([
    { component: 'be', title: 'Be', from: 'backend 1.0.0', to: 'plane 2.0.0', rows: threeWay(sides, { all: false }) },
    { component: 'bare', title: 'Bare', to: 'bare 2.0.0', rows: [] },
  ]);
  expect(renderValuesViews(views, { width: 100, color: false })).toMatchInlineSnapshot(`
    "be  backend 1.0.0 -> plane 2.0.0
    KEY          FORMER DEFAULT  YOURS     NEW DEFAULT  BECOMES
    db.password  ********        ********  (absent)     UNDECIDED
    gone         (absent)        null      (absent)
    old.name     (absent)        ["a"]     []           moved: new.name
    size         1               2         3            kept
      4 keys

    bare  not installed -> bare 2.0.0
      No values of yours: everything follows the chart.
    "
  `);
  expect(JSON.stringify(views)).not.toMatch(/hunter22|changeme/);
});
