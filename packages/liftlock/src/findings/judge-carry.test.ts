import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../model/json.ts';
import { settleValues, type ValueWork } from '../values/settle-values.ts';
import { judge } from './judge.ts';
import { component, decided, evidence, seen, withValues } from './preflight-fixtures.ts';

const work: ValueWork = {
  rules: [
    { from: 'old', to: 'new' },
    { from: 'gone', drop: true, source: 'values.md' },
  ],
  keeps: ['same', 'new'],
  set: {},
};

function judged(live: JsonObject, options: { readonly file?: JsonObject; readonly allow?: readonly string[] } = {}) {
  const { file = live, allow = [] } = options;
  const { decisions } = decided(...allow);
  const { carryOver, values } = settleValues({
    component: 'api',
    work,
    given: file,
    live,
    defaults: {},
    decisions,
  });
  return judge(
    evidence({
      ...seen({ components: [component('web'), withValues('api', live, file)] }),
      decisions,
      carried: { api: { carryOver, values } },
    }),
  );
}

const brief = (findings: ReturnType<typeof judge>) =>
  findings.map(({ code, severity, field = '' }) => `${severity} ${code} ${field}`.trimEnd());

describe('R15: values that nobody has decided about block, each outermost key once', () => {
  test('until they are kept or dropped by name', () => {
    const live = { grafana: { a: 1, b: { c: [1] } }, same: 1, other: { x: 1 } };
    const [first, second] = judged(live);
    expect(brief(judged(live))).toEqual(['blocker VALUE_NOT_CARRIED grafana', 'blocker VALUE_NOT_CARRIED other']);
    expect(first?.message).toContain('grafana holds 2 values (grafana.a: 1, grafana.b.c: a list of 1)');
    expect(second?.remedies.map(({ id }) => id)).toEqual(['keep-value:api:other', 'drop-value:api:other']);
    const allow = ['drop-value:api:grafana', 'keep-value:api:other.x'];
    expect(brief(judged(live, { allow }))).toEqual([
      'info VALUE_NOT_CARRIED grafana',
      'info VALUE_NOT_CARRIED other.x',
      'info VALUES_CARRIED',
    ]);
    expect(judged(live, { allow })[0]?.message).toContain('Decided by Ada: drop-value:api:grafana.');
    expect(brief(judged(live, { allow: ['drop-value:web:grafana'] }))).toContain('blocker VALUE_NOT_CARRIED grafana');
  });

  test('an empty list is called one', () => {
    expect(judged({ hosts: [] })[0]?.message).toContain('hosts is an empty list in your values');
  });

  test('what a decision leaves open is asked about alone', () => {
    const live = { grafana: { a: 1, b: 2 } };
    expect(brief(judged(live, { allow: ['drop-value:api:grafana.a'] })).slice(0, 2)).toEqual([
      'info VALUE_NOT_CARRIED grafana.a',
      'blocker VALUE_NOT_CARRIED grafana.b',
    ]);
  });

  test('a value in the way of another is named, and may be left out', () => {
    const [finding] = judged({ old: 1, new: 2 });
    expect(finding?.message).toContain('it would go to new, where your values have something else');
    expect(finding?.remedies.map(({ id }) => id)).toEqual([
      'keep-value:api:old',
      'drop-value:api:old',
      'drop-value:api:new',
    ]);
  });

  test('what is moved, dropped and kept is told in one line', () => {
    const [finding] = judged({ old: 1, gone: 2, same: 3 });
    expect(finding?.message).toBe(
      'On the way to api 2.2.5, of your values 1 stay as they are; old becomes new; gone is left out (values.md).',
    );
  });

  test('values of secrets are not shown', () => {
    const text = JSON.stringify(
      judged({ db: { password: 'hunter22', list: [{ token: 'hunter33' }] }, token: 'hunter44' }),
    );
    expect(text).toContain('a hidden value');
    expect(text).not.toMatch(/hunter/);
  });
});

test('O21: a file that has the new names already loses nothing', () => {
  const live = { old: 1, gone: 2, same: 3 };
  expect(brief(judged(live, { file: { new: 1, same: 3 } }))).toEqual(['info VALUE_CHANGES new']);
  expect(brief(judged(live, { file: { new: 5, same: 3 } }))).toContain('blocker VALUE_WOULD_REVERT old');
  expect(brief(judged(live, { file: { new: 1 } }))).toContain('blocker VALUE_WOULD_REVERT same');
});
