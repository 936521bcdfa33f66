import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { foreseenPlan } from './fixture-forecast.ts';
import { plan } from './fixtures.ts';
import { commonLadder, groupFindings } from './ladder.ts';
import { renderPlanAs } from './plan-as.ts';
import { renderPlan } from './plan-terminal.ts';
import { visibleWidth } from './wrap.ts';

const look = { width: 100, color: false, verbose: false };

describe('a plan whose forecast found much', () => {
  it.each([80, 100])('reads well on %i columns', async (width) => {
    await expect(renderPlan(foreseenPlan, { ...look, width })).toMatchFileSnapshot(
      `./snapshots/plan-foreseen-${width}.txt`,
    );
  });

  it('reads well in the verbose form and as Markdown', async () => {
    await expect(renderPlan(foreseenPlan, { ...look, verbose: true })).toMatchFileSnapshot(
      './snapshots/plan-foreseen-100-verbose.txt',
    );
    await expect(renderPlanAs(foreseenPlan, 'md', look)).toMatchFileSnapshot('./snapshots/plan-foreseen.md');
  });

  it('says what changes, then what would fail and why, then what to do', () => {
    const text = renderPlan(foreseenPlan, look);
    const places = ['COMPONENT', '4 BLOCKERS', 'Not foreseen', 'Decided', '10 steps', 'Next'].map((word) =>
      text.indexOf(word),
    );
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(places).not.toContain(-1);
  });

  it('groups findings of one code, with one ladder for all of them', () => {
    const text = renderPlan(foreseenPlan, look);
    expect(text.match(/[✗!] .*/g)?.slice(1)).toEqual(['✗ 4 × IMMUTABLE_FIELD']);
    expect(text.replaceAll(' \\\n', ' ').replaceAll(/\s+/g, ' ')).toContain(
      '--allow recreate:statefulset/a --allow recreate:statefulset/b --allow recreate:statefulset/c --allow recreate:statefulset/d',
    );
    expect(text).toContain('More of a code: liftlock explain IMMUTABLE_FIELD');
  });

  it('marks in words what destroys and what this plan does by itself: colour says nothing alone', () => {
    const coloured = renderPlan(foreseenPlan, { ...look, color: true, verbose: true });
    const plain = renderPlan(foreseenPlan, { ...look, verbose: true });
    expect(stripVTControlCharacters(coloured)).toBe(plain);
    expect(plain).toContain('[DESTRUCTIVE]');
    expect(plain).toContain('[taken by this plan]');
    expect(plain.split('\n').filter((line) => visibleWidth(line) > 100)).toEqual([]);
  });

  it('shows of the steps that remedies add why they are there', () => {
    const text = renderPlan(foreseenPlan, look).replaceAll(/\s+/g, ' ');
    expect(text).toContain('an object of release codemie-ui because of OWNERSHIP_FOREIGN');
    expect(text).toContain('so that helm makes it anew because of IMMUTABLE_FIELD');
  });

  it('does not offer to type what has been taken', () => {
    const text = renderPlan(foreseenPlan, { ...look, verbose: true });
    expect(text).not.toContain('--allow adopt:configmap/ui-features');
  });
});

it('a plan with nothing in its way fits on one screen of 100 by 40', () => {
  expect(renderPlan(plan, look).trimEnd().split('\n').length).toBeLessThanOrEqual(40);
});

it('ladders that differ in more than the object are told one by one', () => {
  const [first, second] = foreseenPlan.forecast.findings;
  if (first === undefined || second === undefined) throw new Error('the fixture has findings');
  expect(commonLadder([first, { ...second, remedies: second.remedies.slice(1) }], [])).toBeUndefined();
  expect(commonLadder([first, second], [])).toHaveLength(2);
  expect(groupFindings(foreseenPlan.forecast.findings).map(({ code, findings }) => [code, findings.length])).toEqual([
    ['IMMUTABLE_FIELD', 4],
    ['OWNERSHIP_FOREIGN', 1],
  ]);
});
