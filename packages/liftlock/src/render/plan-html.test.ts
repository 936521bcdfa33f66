import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Json } from '../model/json.ts';
import type { Plan } from '../model/plan.ts';
import { foreseenPlan } from './fixture-forecast.ts';
import { blockedPlan, plan } from './fixtures.ts';
import { escapeHtml } from './html.ts';
import { renderPlanHtml } from './plan-html.ts';
import { shellLines } from './shell.ts';

const plans = [plan, blockedPlan, foreseenPlan];
const explain = (code: string) => ({
  title: `About ${code}`,
  meaning: 'It means this.',
  whatToDo: ['Do <this> & that.'],
});

/** Tags in order, without what is in the style sheet. */
function tagsOf(
  page: string,
): readonly { readonly name: string; readonly attributes: string; readonly isEnd: boolean }[] {
  const body = page.replace(/<style>.*<\/style>/s, '');
  return [
    ...body.matchAll(/<(?<end>\/?)(?<name>[a-z][a-z0-9]*)(?<attributes>(?:\s+[a-z-]+(?:="[^"<>]*")?)*) ?\/?>/g),
  ].map(({ groups }) => ({
    name: groups?.['name'] ?? '',
    attributes: groups?.['attributes'] ?? '',
    isEnd: groups?.['end'] === '/',
  }));
}

/** Words that the code itself compares: they come from no cluster. */
const ownWords = new Set(['kind', 'severity', 'action', 'change', 'purpose', 'risk', 'how', 'because', 'id', 'undoes']);

/** The plan with something appended to every string that may come from elsewhere, keys of maps included. */
function infested(value: Json, evil: string): Json {
  if (typeof value === 'string') return value + evil;
  if (Array.isArray(value)) return value.map((item) => infested(item as Json, evil));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, ownWords.has(key) ? item : infested(item as Json, evil)]),
  );
}

describe('a plan as one page', () => {
  it('stands alone: it loads nothing, runs nothing, and the browser is told to refuse all else', () => {
    for (const shown of plans) {
      const page = renderPlanHtml(shown, { explain });
      expect(page).not.toMatch(/<(script|link|img|iframe|object|embed|form|base)\b/i);
      expect(page).not.toMatch(/\b(src|srcset|action|on[a-z]+)=|@import|url\(|javascript:/i);
      expect(
        [...page.matchAll(/href="(?<to>[^"]*)"/g)].filter(({ groups }) => !groups?.['to']?.startsWith('#')),
      ).toEqual([]);
      const style = /<style>(?<style>.*)<\/style>/s.exec(page)?.groups?.['style'] ?? '';
      const digest = createHash('sha256').update(style).digest('base64');
      expect(page).toContain(`content="default-src &#39;none&#39;; style-src &#39;sha256-${digest}&#39;"`);
    }
  });

  it('shows text from elsewhere as it is: markup in any string is text', () => {
    const pageWith = (text: string) =>
      renderPlanHtml(infested(foreseenPlan as unknown as Json, text) as unknown as Plan, {
        explain: (code) => infested(explain(code), text) as unknown as ReturnType<typeof explain>,
        invocation: text,
      });
    const harmless = tagsOf(pageWith('harmless')).map(({ name }) => name);
    for (const evil of [
      '<script>alert(1)</script>',
      '"><img src=x onerror=alert(1)>',
      "' onmouseover='x",
      '</style><b>',
      ']]>&lt;',
    ]) {
      const page = pageWith(evil);
      // The very same tags as with harmless words: nothing that was put in has become one.
      expect(tagsOf(page).map(({ name }) => name)).toEqual(harmless);
      expect(page.replace(/<style>.*<\/style>/s, '').match(/</g)).toHaveLength(tagsOf(page).length + 1);
      expect(page).toContain(escapeHtml(evil));
    }
  });

  it('is built for those who hear it: landmarks, headings in order, tables with headers, links that lead somewhere', () => {
    for (const shown of plans) {
      const page = renderPlanHtml(shown, { explain });
      const tags = tagsOf(page).filter(({ isEnd }) => !isEnd);
      const named = (name: string) => tags.filter((tag) => tag.name === name);
      expect(page).toMatch(/^<!doctype html>\s+<html lang="en">/);
      for (const name of ['title', 'h1', 'header', 'nav', 'main', 'footer']) expect(named(name)).toHaveLength(1);
      const levels = tags.flatMap(({ name }) => (/^h[1-6]$/.test(name) ? [Number(name[1])] : []));
      for (const [index, level] of levels.entries()) expect(level - (levels[index - 1] ?? 0)).toBeLessThanOrEqual(1);
      expect(named('th').every(({ attributes }) => attributes.includes('scope='))).toBe(true);
      expect(named('caption')).toHaveLength(named('table').length);
      const ids = [...page.matchAll(/ id="(?<id>[^"]+)"/g)].map(({ groups }) => groups?.['id']);
      expect(new Set(ids).size).toBe(ids.length);
      const targets = [...page.matchAll(/href="#(?<to>[^"]+)"/g)].map(({ groups }) => groups?.['to']);
      expect(targets[0]).toBe('main');
      expect(targets.filter((to) => !ids.includes(to))).toEqual([]);
      expect(page).toContain('prefers-color-scheme: dark');
      expect(page).toContain('prefers-reduced-motion');
    }
  });

  it('closes every tag that it opens, the innermost first', () => {
    const open: string[] = [];
    for (const { name, isEnd } of tagsOf(renderPlanHtml(foreseenPlan, { explain }))) {
      if (name === 'meta') continue;
      if (isEnd) expect(open.pop()).toBe(name);
      else open.push(name);
    }
    expect(open).toEqual([]);
  });

  it('O30: tells a change board outage, durations, the way back, who decided and affirmed, and what everything is pinned to', () => {
    const page = renderPlanHtml(foreseenPlan, { explain });
    const says = (text: string) => expect(page).toContain(escapeHtml(text));
    for (const { title, outage, rollback, chart } of foreseenPlan.components) {
      for (const text of [title, outage.why, rollback, chart.digest, chart.source]) says(text);
    }
    says('usually 6m 18s, at most 43m');
    says('possible until step 3 begins');
    for (const { title, command, guideCommand } of foreseenPlan.steps) {
      says(title);
      for (const words of [command, guideCommand]) if (words !== undefined) says(shellLines(words).join('\n'));
    }
    for (const text of ['Grace', 'by r.ahn, with a flag', 'taken by this plan', foreseenPlan.digest]) says(text);
    says('because of OWNERSHIP_FOREIGN');
    says('because of IMMUTABLE_FIELD');
  });

  it('tells changes with their fields, findings with their ladders, and what was not foreseen', () => {
    const page = renderPlanHtml(foreseenPlan, { explain });
    const says = (text: string) => expect(page).toContain(escapeHtml(text));
    for (const changes of Object.values(foreseenPlan.forecast.changes)) {
      for (const { fields } of changes)
        for (const { path, before, after } of fields) [path, before, after].forEach(says);
    }
    says('undoes a live edit');
    says('by kubectl-edit, 2026-11-30 08:00 UTC');
    for (const { message, remedies, code } of foreseenPlan.forecast.findings) {
      for (const text of [message, `About ${code}`]) says(text);
      // What four findings have in common is told once.
      for (const { title, commands } of code === 'IMMUTABLE_FIELD' ? [] : remedies)
        [title, ...commands].slice(0, 1).forEach(says);
    }
    says('Recreate StatefulSet a, its pods stay (and the others alike)');
    says(['a', 'b', 'c', 'd'].map((name) => `--allow recreate:statefulset/${name}`).join('\n'));
    says('--allow reinstall:mcp-connect');
    for (const { what, why } of foreseenPlan.forecast.unforeseen) [what, why].forEach(says);
    expect(page.match(/<span class="mark bad">DESTRUCTIVE<\/span>/g)).toHaveLength(2);
  });
});
