import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { diagnosisCases } from '../../test/diagnosis/case.ts';
import { diagnosisPage, missesOf, rightOf } from '../../test/diagnosis/page.ts';
import { scoreOf } from '../../test/diagnosis/score.ts';

const scored = diagnosisCases().map((item) => scoreOf(item));

test('X03: of the labelled failures class, object, field and first remedy are right in at least 95 %', () => {
  expect(scored.length).toBeGreaterThanOrEqual(60);
  expect(new Set(scored.map(({ item }) => item.id)).size).toBe(scored.length);
  expect(rightOf(scored) / scored.length, missesOf(scored)).toBeGreaterThanOrEqual(0.95);
});

test('X03: no remedy that destroys what it must not is ever offered', () => {
  const wrong = scored
    .filter((one) => one.wrong.length > 0)
    .map(({ item, wrong: ids }) => `${item.id}: ${ids.join(', ')}`);
  expect(wrong).toEqual([]);
});

test('X03: what cannot be named for certain, or is not wrong yet, is said so, and nothing is offered for it', () => {
  const silent = scored.filter(({ item }) => ['UNKNOWN', 'NONE'].includes(item.expect.class));
  expect(silent.length).toBeGreaterThanOrEqual(8);
  expect(silent.filter(({ item, answer }) => answer.class !== item.expect.class || answer.remedies.length > 0)).toEqual(
    [],
  );
});

test('every case has a source, and the page tells of all of them as they are', () => {
  expect(scored.filter(({ item }) => item.source === '')).toEqual([]);
  const page = readFileSync(new URL('../../../../docs/diagnosis.md', import.meta.url), 'utf8');
  expect(page, 'node scripts/diagnosis.ts writes it anew').toBe(diagnosisPage(scored));
});
