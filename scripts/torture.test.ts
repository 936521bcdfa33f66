import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { boundaryCases, killPoints, type Ground } from '../packages/liftlock/test/support/kill-points.ts';
import { reliabilityPage } from '../packages/liftlock/test/support/reliability-page.ts';
import { promises } from '../packages/liftlock/test/support/reliability-promises.ts';
import {
  boundariesOf,
  continued,
  isMet,
  noKills,
  noRaces,
  withKilled,
  withRaces,
  type Reliability,
} from '../packages/liftlock/test/support/reliability.ts';

const root = join(import.meta.dirname, '..');

const ground: Ground = {
  scenario: 'upgrade',
  // Two hops have entries of the same name.
  journal: ['run-started', 'observed backup', 'act-started backup', 'observed shop', 'observed backup', 'run-finished'],
  writes: 9,
  seconds: 4,
  helms: 1,
};

const numbers = Array.from({ length: boundaryCases(ground.journal.length) }, (_item, number) => number);

/** Plays the first blow of each case alone, as where nothing that resumes comes by again. */
function metBy(count: (points: ReturnType<typeof killPoints>) => ReturnType<typeof killPoints>) {
  return numbers.reduce((killed, number) => {
    const fell = count(killPoints(1, number, ground));
    return withKilled(killed, {
      number,
      by: fell.map(({ where }) => where),
      met: fell.flatMap((point) =>
        point.where === 'entry'
          ? [{ entry: point.position ?? 0, side: point.side === 'after' ? ('after' as const) : ('before' as const) }]
          : [],
      ),
      entries: ground.journal.length,
      seconds: 4,
    });
  }, noKills);
}

test('X02: the cases of the torture meet every boundary of a journal, also where only the first blow of each falls', () => {
  expect(boundariesOf(metBy((points) => points))).toEqual({ met: 12, all: 12 });
  expect(boundariesOf(metBy((points) => points.slice(0, 1)))).toEqual({ met: 12, all: 12 });
  // A third of them is for writes, helm, and any time.
  const wheres = numbers.map((number) => killPoints(1, number, ground)[0]?.where);
  expect(wheres.filter((where) => where !== 'entry')).toHaveLength(Math.floor(numbers.length / 3));
  expect(new Set(wheres)).toEqual(new Set(['entry', 'write', 'helm', 'time']));
});

test('X02: what resumes is killed further on, at an entry that it writes itself', () => {
  const rows = numbers.map((number) => killPoints(1, number, ground).filter((point) => point.where === 'entry'));
  expect(rows.filter(({ length }) => length === 3)).toHaveLength(4);
  for (const points of rows.filter(({ length }) => length > 1)) {
    const ranks = points.map(({ position = 0, side }) => position + (side === 'after' ? 0.5 : 0));
    expect(ranks).toEqual(ranks.toSorted((a, b) => a - b));
    for (const [index, { position = 0, entry, of }] of points.entries()) {
      const before = points[index - 1];
      const written = before === undefined ? 0 : (before.position ?? 0) - (before.side === 'after' ? 0 : 1);
      const own = ground.journal.slice(written, position);
      expect(own.filter((name) => name === of)).toHaveLength(entry);
      expect(own.at(-1)).toBe(of);
    }
  }
});

test('X02: the same commit, seed and number give the same case; another seed or scenario gives others', () => {
  const all = (seed: number, scenario: string) =>
    numbers.map((number) => killPoints(seed, number, { ...ground, scenario }));
  expect(all(1, 'upgrade')).toEqual(all(1, 'upgrade'));
  expect(all(2, 'upgrade')).not.toEqual(all(1, 'upgrade'));
  expect(all(1, 'rollback')).not.toEqual(all(1, 'upgrade'));
});

test('figures are added up, and another commit begins anew beside the ones before', () => {
  const once = { number: 4, by: ['a', 'b'], met: [{ entry: 2, side: 'after' as const }], entries: 3, seconds: 2.34 };
  const killed = withKilled(withKilled(noKills, once), { ...once, number: 1, by: ['a'], met: [], seconds: 1 });
  expect(killed).toEqual({
    runs: 2,
    kills: 3,
    by: { a: 2, b: 1 },
    next: 5,
    seconds: 2.3,
    boundaries: { before: '---', after: '-x-' },
  });
  expect(isMet(killed, { entry: 2, side: 'after' })).toBe(true);
  expect(isMet(killed, { entry: 2, side: 'before' })).toBe(false);
  const race = { rounds: 3, inHelm: 2, handovers: 1, helmWrites: 9, happenings: ['kill', 'stop', 'kill'] };
  expect(withRaces(withRaces(noRaces, race), race)).toEqual({
    rounds: 6,
    inHelm: 4,
    handovers: 2,
    helmWrites: 18,
    happenings: { kill: 4, stop: 2 },
  });
  const first = { ...continued(undefined, 'one', 1), kills: { upgrade: killed } };
  expect(continued(first, 'one', 1)).toBe(first);
  const second = continued(first, 'two', 1);
  expect(second.kills).toEqual({});
  expect(second.earlier).toEqual([{ ...first, earlier: undefined }].map(({ earlier: _earlier, ...run }) => run));
});

test('every test that the page of promises names is there, and the page tells the figures as they are', () => {
  const named = promises.flatMap(({ tests }) => tests);
  expect(named.filter((file) => !existsSync(join(root, file)))).toEqual([]);
  const read = (name: string) => readFileSync(join(root, 'docs', name), 'utf8');
  const record = JSON.parse(read('reliability.json')) as Reliability;
  expect(read('reliability.md'), 'node scripts/torture.ts --page writes it anew').toBe(reliabilityPage(record));
});
