import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { Plan } from '../model/plan.ts';
import { blockedPlan, plan } from './fixtures.ts';
import { renderFindings, renderPlanAs } from './plan-as.ts';
import { renderPlan } from './plan-terminal.ts';
import { visibleWidth } from './wrap.ts';

const plans: Readonly<Record<string, Plan>> = { ready: plan, blocked: blockedPlan };

describe('a plan on a terminal', () => {
  it.each([
    ['ready', 80],
    ['ready', 50],
    ['blocked', 80],
    ['blocked', 50],
  ])('reads well: %s on %i columns', async (name, width) => {
    const text = renderPlan(plans[name] ?? plan, { width, color: false, verbose: false });
    await expect(text).toMatchFileSnapshot(`./snapshots/plan-${name}-${width}.txt`);
  });

  it('tells every field and command in the verbose form', async () => {
    await expect(renderPlan(blockedPlan, { width: 80, color: false, verbose: true })).toMatchFileSnapshot(
      './snapshots/plan-blocked-80-verbose.txt',
    );
  });

  it('is no wider than the terminal, and says the same without colours', () => {
    for (const shown of Object.values(plans)) {
      for (let width = 40; width <= 140; width += 1) {
        const plain = renderPlan(shown, { width, color: false, verbose: true });
        const coloured = renderPlan(shown, { width, color: true, verbose: true });
        expect(stripVTControlCharacters(coloured)).toBe(plain);
        expect(plain).not.toContain('\u001B');
        const tooWide = plain.split('\n').filter((line) => visibleWidth(line) > width);
        // A command is never cut inside a word: it would not survive being copied.
        expect(tooWide.filter((line) => !/(--|oci:|\.yaml|\.tgz|\\$)/.test(line))).toEqual([]);
      }
    }
  });

  it('C24: shouts where a release would be installed', () => {
    expect(renderPlan(blockedPlan, { width: 80, color: false, verbose: false })).toMatch(/^ui +INSTALL 2\.2\.5/m);
  });

  it('O12: shows what a component is partly at beside what counts as installed', () => {
    const text = renderPlan(blockedPlan, { width: 80, color: false, verbose: false });
    expect(text).toContain('mermaid is partly at 2.2.5: revision 4 is failed; 2.2.4 (revision 3) is what');
  });

  it('ends in what to type next', () => {
    expect(renderPlan(plan, { width: 80, color: false, verbose: false }).trimEnd().split('\n').at(-1)).toBe(
      '  liftlock apply codemie --cloud aws --to 2.2.5',
    );
    expect(renderPlan(blockedPlan, { width: 80, color: false, verbose: false }).trimEnd().split('\n').at(-1)).toBe(
      '  liftlock plan codemie --cloud aws --to 2.2.5 --allow short-window',
    );
    const asked = renderPlan(plan, { width: 80, color: false, verbose: false, invocation: '-f site.yaml' });
    expect(asked.trimEnd().split('\n').at(-1)).toBe('  liftlock apply -f site.yaml');
  });

  it('does not let text from the cluster steer the terminal', () => {
    const evil: Plan = {
      ...plan,
      forecast: {
        ...plan.forecast,
        findings: [{ code: 'X', severity: 'warning', message: 'a\u001B[2Jb', remedies: [] }],
      },
    };
    expect(renderPlan(evil, { width: 80, color: false, verbose: false })).not.toContain('\u001B');
  });
});

describe('a plan elsewhere', () => {
  it('is one JSON object that reads back as the same plan', () => {
    const text = renderPlanAs(blockedPlan, 'json', { width: 80, color: false });
    expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(blockedPlan)));
    expect(Object.keys(JSON.parse(text) as object).slice(0, 5)).toEqual([
      'apiVersion',
      'kind',
      'purpose',
      'platform',
      'route',
    ]);
  });

  it('is a page of Markdown for a change request', async () => {
    await expect(renderPlanAs(blockedPlan, 'md', { width: 80, color: false })).toMatchFileSnapshot(
      './snapshots/plan-blocked.md',
    );
  });

  it('shows findings by themselves, blockers first', () => {
    const text = renderFindings(blockedPlan.forecast.findings, { width: 80, color: false });
    expect(text.indexOf('2 BLOCKERS')).toBe(0);
    expect(text.indexOf('1 Warning')).toBeGreaterThan(0);
    expect(renderFindings([], { width: 80, color: false })).toBe('');
  });
});
