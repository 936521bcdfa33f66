import { expect, test } from 'vitest';
import type { RouteRule } from '../model/route.ts';
import type { RouteAnswer, RouteQuestion } from './question.ts';
import { solveRoute } from './solve.ts';

const available =
  '2.9.3 2.10.1 2.12.4 2.13.7 2.13.30 2.15.9 2.17.40 2.19.3 2.19.11 2.20.0 2.21.0-rc.1 2.21.4 latest'.split(' ');
const ask = (asked: Partial<RouteQuestion>): RouteAnswer =>
  solveRoute({ from: '2.9.3', to: '2.21.4', available, rules: [], stops: [], holds: () => false, ...asked });
const lands = (asked: Partial<RouteQuestion>) => {
  const answer = ask(asked);
  return 'refusal' in answer ? [answer.refusal.code] : answer.hops.map(({ to }) => to);
};
const stop = (versions: string, more: Partial<Extract<RouteRule, { kind: 'stop' }>> = {}): RouteRule => ({
  kind: 'stop',
  versions,
  source: 'guide, line 7',
  ...more,
});

test('without rules every version is one hop away, and the installed one none', () => {
  expect(ask({})).toEqual({ hops: [{ from: '2.9.3', to: '2.21.4', because: [] }], notices: [] });
  expect(ask({ to: '2.9.3' })).toEqual({ hops: [], notices: [] });
  expect(lands({ to: '2.21.0-rc.1' })).toEqual(['2.21.0-rc.1']);
});

test('a stop is landed on with its newest patch, and says why with its source', () => {
  const rules = [stop('2.13.x', { because: 'tables are rewritten' })];
  expect(ask({ rules })).toEqual({
    hops: [
      {
        from: '2.9.3',
        to: '2.13.30',
        because: ['2.13.x is a required stop: tables are rewritten (guide, line 7)'],
      },
      { from: '2.13.30', to: '2.21.4', because: [] },
    ],
    notices: [],
  });
  expect(lands({ rules: [stop('2.13.7')] })).toEqual(['2.13.7', '2.21.4']);
  expect(lands({ rules, to: '2.13.7' })).toEqual(['2.13.7']);
  expect(lands({ rules, from: '2.13.7' })).toEqual(['2.21.4']);
});

test('a conditional stop is one where its condition holds, or where nobody knows; it is not asked off the way', () => {
  const rules = [stop('2.13.x', { when: 'facts.big' })];
  expect(lands({ rules, holds: () => false })).toEqual(['2.21.4']);
  expect(lands({ rules, holds: () => true })).toEqual(['2.13.30', '2.21.4']);
  const unknown = ask({ rules, holds: () => undefined });
  expect(unknown).toMatchObject({
    hops: [{ to: '2.13.30' }, { to: '2.21.4' }],
    notices: [{ kind: 'unknown-condition', condition: 'facts.big', versions: '2.13.x' }],
  });
  const holds = () => {
    throw new Error('asked for nothing');
  };
  expect(lands({ rules, from: '2.15.9', holds })).toEqual(['2.21.4']);
});

test('a gap is kept by the published versions, and by the numbers where the list is but a part', () => {
  const gap: RouteRule = { kind: 'gap', count: 4, source: 'guide, line 9' };
  const answer = ask({ rules: [gap] });
  expect(lands({ rules: [gap] })).toEqual(['2.15.9', '2.21.4']);
  expect('hops' in answer ? answer.hops[0]?.because : []).toEqual([
    'one upgrade climbs at most 4 published minor versions (guide, line 9)',
  ]);
  const thin = ['2.9.3', '2.15.9', '2.21.4'];
  expect(lands({ rules: [gap], available: thin })).toEqual(['2.21.4']);
  expect(lands({ rules: [gap], available: thin, isPartial: true })).toEqual(['NO_ROUTE']);
  expect(lands({ rules: [gap], available: thin, isPartial: true, published: available })).toEqual(['2.15.9', '2.21.4']);
});

test('across majors a part of the versions counts what it can, and says what it cannot', () => {
  const rules: readonly RouteRule[] = [{ kind: 'gap', count: 4, source: 'guide, line 9' }];
  const over = { from: '2.22.7', to: '3.0.2', rules };
  const folder = { ...over, isPartial: true, available: ['2.26.1', '3.0.2'] };
  expect(lands(folder)).toEqual(['2.26.1', '3.0.2']);
  expect(ask(folder)).toMatchObject({ notices: [{ kind: 'unsure-gap', from: '2.26.1', to: '3.0.2', count: 4 }] });
  expect(ask({ ...over, isPartial: true, available: ['3.0.2'] })).toMatchObject({
    hops: [{ to: '3.0.2' }],
    notices: [{ kind: 'unsure-gap', from: '2.22.7' }],
  });
  const published = ['2.22.7', '2.23.1', '2.24.5', '2.25.2', '2.26.1', '3.0.2'];
  expect(lands({ ...over, isPartial: true, available: ['3.0.2'], published })).toEqual(['NO_ROUTE']);
  expect(ask({ ...folder, published })).toMatchObject({ hops: [{ to: '2.26.1' }, { to: '3.0.2' }], notices: [] });
});

test('withdrawn versions are passed by: an older patch, or what stands in for the stop', () => {
  const gone = (versions: string, instead?: string): RouteRule => ({
    kind: 'withdrawn',
    versions,
    instead,
    because: 'it lost data',
    source: 'notes of 2.14',
  });
  expect(lands({ rules: [stop('2.13.x'), gone('2.13.30')] })).toEqual(['2.13.7', '2.21.4']);
  const answer = ask({ rules: [stop('2.13.x'), gone('2.13.x', '2.15.x')] });
  expect(answer).toMatchObject({ hops: [{ to: '2.15.9' }, { to: '2.21.4' }] });
  expect('hops' in answer ? answer.hops[0]?.because[0] : '').toBe(
    '2.13.x is a required stop (guide, line 7); 2.15.9 stands in for it, withdrawn: it lost data (notes of 2.14)',
  );
  expect(ask({ rules: [gone('2.21.4', '2.20.x')] })).toMatchObject({
    refusal: { code: 'TARGET_WITHDRAWN', advice: ['Take 2.20.0 in its place: --to 2.20.0'] },
  });
  expect(ask({ rules: [gone('2.9.3')] })).toMatchObject({ notices: [{ kind: 'withdrawn-origin', version: '2.9.3' }] });
});

test('R30: a refused origin says what to read, a silent one waits for a decision with its reason', () => {
  const rules: readonly RouteRule[] = [
    { kind: 'refuse', from: '<2.9.0', because: 'Read edition 2.8.', source: 'guide, edition 2.19' },
    { kind: 'silent', from: '2.12.x', id: 'vendor-2.12', because: 'As from 2.13.', source: 'guide, edition 2.19' },
  ];
  expect(ask({ rules, from: '2.8.1' })).toMatchObject({
    refusal: { code: 'ORIGIN_REFUSED', advice: ['Read edition 2.8.'] },
  });
  expect(ask({ rules, from: '2.12.4' })).toMatchObject({
    hops: [{ to: '2.21.4' }],
    notices: [{ kind: 'silent-origin', id: 'vendor-2.12', version: '2.12.4', because: 'As from 2.13.' }],
  });
  expect(ask({ rules, from: '2.13.7' })).toMatchObject({ notices: [] });
});

test('a site stops where it wants to, by version or range; a stop beyond the target is told', () => {
  expect(lands({ stops: ['2.15', '2.13.7'] })).toEqual(['2.13.7', '2.15.9', '2.21.4']);
  expect(ask({ stops: ['2.15'] })).toMatchObject({ hops: [{ because: ['this site stops at 2.15'] }, {}] });
  expect(ask({ stops: ['2.15'], to: '2.13.7' })).toMatchObject({ notices: [{ kind: 'stop-beyond', stop: '2.15' }] });
  expect(ask({ stops: ['2.15'], from: '2.15.9' })).toMatchObject({ hops: [{ to: '2.21.4' }], notices: [] });
});

test('O28: where there is no way, it says what is missing and how far one gets', () => {
  const rules = [stop('2.13.x'), stop('2.18.x')];
  expect(ask({ rules })).toEqual({
    refusal: {
      code: 'NO_ROUTE',
      message:
        'The way from 2.9.3 to 2.21.4 ends at 2.17.40: 2.18.x is a required stop (guide, line 7), and no version of it can be had.',
      advice: [
        'Make a version of 2.18.x available: in a bundle, with a hop of its own; in a mirror, as a chart.',
        'As far as it goes: --to 2.17.40',
        'liftlock versions shows which versions can be reached.',
      ],
    },
  });
  const gap: RouteRule = { kind: 'gap', minors: 1, source: 'guide, line 9' };
  expect(ask({ rules: [gap] })).toMatchObject({
    refusal: {
      message:
        'The way from 2.9.3 to 2.21.4 ends at 2.10.1: one upgrade climbs at most 1 minor version (guide, line 9), and the next that can be had is 2.12.4.',
    },
  });
});

test('bad input: going back, a target that there is not, an origin that is no version', () => {
  expect(lands({ from: '2.21.4', to: '2.20.0' })).toEqual(['ROUTE_DOWNGRADE']);
  expect(ask({ to: '2.19.4' })).toMatchObject({
    refusal: { code: 'TARGET_UNAVAILABLE', advice: ['Nearest: 2.19.11, 2.21.4. All of them: liftlock versions --all'] },
  });
  expect(lands({ from: '' })).toEqual(['ROUTE_ORIGIN_UNKNOWN']);
  expect(lands({ to: 'latest' })).toEqual(['TARGET_UNAVAILABLE']);
});
