import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../model/json.ts';
import { judge } from './judge.ts';
import { component, withValues, evidence, found, seen, decided } from './preflight-fixtures.ts';

describe('O21: values', () => {
  const api = (live: JsonObject, file: JsonObject, chart: JsonObject = {}) =>
    seen({ components: [component('web'), withValues('api', live, file, chart)] });

  test('a live key that the file lacks, or has differently, blocks until it is kept or dropped by name', () => {
    expect(found(api({ a: 1 }, { a: 1 }))).toEqual([]);
    expect(found(api({ limits: { memory: '1Gi' } }, {}))).toEqual(['VALUE_WOULD_REVERT blocker']);
    expect(found(api({ a: 1 }, { a: 2 }))).toEqual(['VALUE_WOULD_REVERT blocker']);
    expect(found({ ...api({ a: 1 }, {}), ...decided('keep:api:a') })).toEqual(['VALUE_WOULD_REVERT info']);
    expect(found({ ...api({ a: 1 }, {}), ...decided('drop:api:a') })).toEqual(['VALUE_WOULD_REVERT info']);
    expect(found({ ...api({ a: 1 }, {}), ...decided('keep:web:a') })).toEqual(['VALUE_WOULD_REVERT blocker']);
  });

  test('a new key, and what the new chart explains, are told only', () => {
    expect(found(api({}, { a: 1 }))).toEqual(['VALUE_CHANGES info']);
    expect(found(api({ a: 1 }, {}, { a: 1 }))).toEqual(['VALUE_CHANGES info']);
    expect(found(api({ a: 1 }, { a: 2 }, { a: 2 }))).toEqual(['VALUE_CHANGES info']);
    expect(found(api({ a: 1 }, { a: 2 }, { a: 1 }))).toEqual(['VALUE_WOULD_REVERT blocker']);
    expect(found(api({ tag: 'v2.2.4' }, { tag: 'v2.2.5' }))).toEqual(['VALUE_CHANGES info']);
    expect(found(api({ a: null }, {}, { a: 1 }))).toEqual(['VALUE_WOULD_REVERT blocker']);
    expect(found(api({ a: null }, {}))).toEqual(['VALUE_CHANGES info']);
  });

  test('a default that the installed chart had already explains nothing', () => {
    const live = { ...withValues('api', { a: 2 }, { a: 1 }, { a: 1 }) };
    const release = live.release === undefined ? undefined : { ...live.release, chartValues: { a: 1 } };
    expect(found(seen({ components: [component('web'), { ...live, release }] }))).toEqual([
      'VALUE_WOULD_REVERT blocker',
    ]);
  });

  test('a path with dots in its keys is quoted for the shell, and found in the chart', () => {
    const key = { annotations: { 'example.com/size': '20m' } };
    const [finding] = judge(evidence(api(key, {})));
    expect(finding?.remedies[0]?.commands).toEqual([String.raw`--allow 'keep:api:annotations.example\.com/size'`]);
    expect(found(api(key, {}, key))).toEqual(['VALUE_CHANGES info']);
  });

  test('values of secrets are not shown', () => {
    const text = JSON.stringify(
      judge(
        evidence(
          api({ db: { password: 'hunter22' }, url: 'postgres://u:hunter22@db' }, { db: { password: 'hunter33' } }),
        ),
      ),
    );
    expect(text).not.toMatch(/hunter/);
  });
});
