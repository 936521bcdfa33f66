import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../model/json.ts';
import { applyCarryOver } from './carry-over.ts';
import { forgottenPaths, settleValues, type ValuesToCarry, type ValueWork } from './settle-values.ts';
import { treeAt, valueWork } from './value-work.ts';

const work: ValueWork = {
  rules: [
    { from: 'nginx-ingress.controller.service', to: 'ingress.service' },
    { from: 'openshift', drop: true, source: 'backend.md' },
    { from: 'backend.port', to: 'port', as: 'string' },
  ],
  keeps: ['global.*', 'tls'],
  set: { global: { domain: 'ai.example.com' }, db: { claim: 'pvc' } },
};

function settle(live: JsonObject, fields: Partial<ValuesToCarry> & { readonly allow?: readonly string[] } = {}) {
  const { allow = [], ...parts } = fields;
  const decisions = allow.map((remedy) => ({ remedy, by: 'Ada', at: '2026-11-21T10:00:00Z', how: 'flag' as const }));
  const settled = settleValues({ component: 'be', work, given: live, live, defaults: {}, decisions, ...parts });
  return {
    fates: settled.values.map(({ path, becomes, to }) => `${path} ${becomes}${to === undefined ? '' : ` ${to}`}`),
    after: applyCarryOver(parts.given ?? live, settled.carryOver),
    ...settled,
  };
}

describe('R15: what becomes of the user’s customizations', () => {
  test('each is kept, translated, dropped or set by the definition', () => {
    const live = {
      global: { image: { tag: 'x' }, domain: 'old.example.com' },
      tls: { on: true },
      'nginx-ingress': { controller: { service: { type: 'LoadBalancer', ips: ['1.2.3.4'] } } },
      openshift: false,
      backend: { port: 8080 },
    };
    const { fates, after } = settle(live);
    expect(fates).toEqual([
      'backend.port moved port',
      'global.domain set',
      'global.image.tag kept',
      'nginx-ingress.controller.service.ips moved ingress.service.ips',
      'nginx-ingress.controller.service.type moved ingress.service.type',
      'openshift dropped',
      'tls.on kept',
    ]);
    expect(after).toEqual({
      global: { image: { tag: 'x' }, domain: 'ai.example.com' },
      tls: { on: true },
      ingress: { service: { type: 'LoadBalancer', ips: ['1.2.3.4'] } },
      port: '8080',
      db: { claim: 'pvc' },
    });
  });

  test('what no one knows stays where it is and is undecided, until it is kept or dropped by name', () => {
    const live = { grafana: { admin: 'x', theme: null }, other: 1 };
    expect(settle(live).fates).toEqual(['grafana.admin undecided', 'grafana.theme default', 'other undecided']);
    expect(settle(live).after).toMatchObject({ grafana: { admin: 'x' }, other: 1 });
    const dropped = settle(live, { allow: ['drop-value:be:grafana', 'keep-value:be:other'] });
    expect(dropped.fates).toEqual(['grafana.admin dropped', 'grafana.theme default', 'other kept']);
    expect(dropped.after).toEqual({ other: 1, ...work.set });
    expect(dropped.values.map(({ decision }) => decision)).toEqual([
      'drop-value:be:grafana',
      undefined,
      'keep-value:be:other',
    ]);
    expect(settle(live, { allow: ['drop-value:web:other'] }).fates).toContain('other undecided');
  });

  test('R16: only what differs from the defaults of the installed chart is a customization', () => {
    const defaults = { grafana: { size: 1, list: [1, 2] }, gone: { a: 1 } };
    const live = { grafana: { size: 1, list: [2, 1] }, gone: { a: null }, never: null };
    const { fates, after } = settle(live, { defaults });
    expect(fates).toEqual(['gone.a undecided', 'grafana.list undecided', 'grafana.size default', 'never default']);
    expect(after).toEqual({ grafana: { list: [2, 1] }, gone: { a: null }, ...work.set });
  });

  test('a chart that kept its name tells by its templates what it reads', () => {
    const reads =
      (...names: readonly string[]) =>
      (path: readonly string[]) =>
        names.includes(path.join('.')) ? ('yes' as const) : ('no' as const);
    const keys = { before: reads('a', 'b'), now: reads('a') };
    expect(settle({ a: 1, b: 2, c: 3 }, { keys }).fates).toEqual(['a kept', 'b undecided', 'c kept']);
    const unknown = { before: () => 'unknown' as const, now: () => 'unknown' as const };
    expect(settle({ a: 1 }, { keys: unknown }).fates).toEqual(['a kept']);
  });

  test('what the operator wrote into a file for this upgrade is no question', () => {
    const { fates, after } = settle(
      { tls: 1, port: '9' },
      { given: { ingress: { class: 'x' }, backend: { port: 7 }, port: '9' } },
    );
    expect(fates).toEqual(['backend.port kept', 'ingress.class kept', 'port undecided']);
    expect(after).toMatchObject({ backend: { port: 7 } });
    const given = { openshift: true, grafana: 1 };
    expect(settle(given, { given, isForNew: true }).fates).toEqual(['grafana kept', 'openshift kept']);
  });

  test('of two decisions the narrower one counts', () => {
    const live = { grafana: { a: 1, b: 2 } };
    const allow = ['drop-value:be:grafana', 'keep-value:be:grafana.b'];
    expect(settle(live, { allow }).fates).toEqual(['grafana.a dropped', 'grafana.b kept']);
  });

  test('two of the user’s values for one place are a question with three answers', () => {
    const live = { backend: { port: 1 }, port: '2' };
    const asked = settle(live, { work: { ...work, keeps: ['port'] } });
    expect(asked.fates).toEqual(['backend.port undecided', 'port kept']);
    expect(asked.values[0]).toMatchObject({ other: 'port' });
    const own = (remedy: string) => settle(live, { work: { ...work, keeps: ['port'] }, allow: [remedy] });
    expect(own('drop-value:be:port').after).toMatchObject({ port: '1' });
    expect(own('drop-value:be:backend.port').after).toMatchObject({ port: '2' });
    expect(own('keep-value:be:backend').after).toMatchObject({ backend: { port: 1 }, port: '2' });
    expect(own('drop-value:be:*').after).toMatchObject({ port: '2' });
  });

  test('O11: what is moved or left out must not come back', () => {
    const { values } = settle({ openshift: true, backend: { port: 1 }, tls: 1, x: 1 }, { defaults: { x: 1 } });
    expect(forgottenPaths(values)).toEqual(['backend.port', 'openshift', 'x']);
  });
});

test('what several migrations and the site say goes together, the site first', () => {
  const of = (set: JsonObject, to: string) => ({ set: set as never, carry: [{ from: 'a', to }], keeps: [to] });
  expect(valueWork([], [{ from: 'a', drop: true }])).toBeUndefined();
  expect(valueWork([of({ 'a.b': 1 }, 'b'), of({ 'a.b': 2, 'a.c': null }, 'c')], [{ from: 'x', drop: true }])).toEqual({
    rules: [
      { from: 'x', drop: true },
      { from: 'a', to: 'b' },
      { from: 'a', to: 'c' },
    ],
    keeps: ['b', 'c'],
    set: { a: { b: 2, c: null } },
  });
  expect(treeAt({ [String.raw`a.x\.y`]: [1] })).toEqual({ a: { 'x.y': [1] } });
});

test('no value that is undecided is ever lost or changed', () => {
  const value = fc.oneof(fc.integer(), fc.constant(null), fc.constantFrom('1', 'true', ''), fc.array(fc.integer()));
  const names = fc.constantFrom('global', 'backend', 'port', 'openshift', 'grafana', 'nginx-ingress');
  const tree = fc.dictionary(names, fc.oneof(value, fc.dictionary(names, value)));
  fc.assert(
    fc.property(tree, fc.array(fc.constantFrom('keep-value:be:grafana', 'drop-value:be:port')), (live, allow) => {
      const { values, after } = settle(live, { allow });
      for (const { path, becomes } of values) {
        if (becomes !== 'undecided') continue;
        const at = (tree_: unknown) => path.split('.').reduce<unknown>((here, key) => (here as never)?.[key], tree_);
        expect(at(after)).toEqual(at(live));
      }
    }),
    { numRuns: 500 },
  );
});
