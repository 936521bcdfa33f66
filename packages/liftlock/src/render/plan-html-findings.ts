import type { Decision, Finding, Severity } from '../model/finding.ts';
import type { Plan } from '../model/plan.ts';
import type { Explain } from './fault-words.ts';
import { rungWords, whereOf } from './finding-terminal.ts';
import { html, htmlCommand, htmlProse, htmlTable, type Content, type Markup, type Section } from './html.ts';
import { commonLadder, groupFindings, ladderOf, type Rung } from './ladder.ts';
import { findingsOf, limitsOf } from './plan-facts.ts';

const looks = {
  blocker: { id: 'blockers', title: 'What would fail', frame: 'is-bad', mark: '✗ Blocker' },
  warning: { id: 'warnings', title: 'Warnings', frame: 'is-warn', mark: '! Warning' },
  info: { id: 'notes', title: 'Notes', frame: 'is-note', mark: 'i Note' },
} as const;

/** What would fail and why, with the ways out; then what the forecast did not look at. */
export function findingSections(plan: Plan, explain?: Explain): readonly Section[] {
  const severities: readonly Severity[] = ['blocker', 'warning', 'info'];
  return [
    ...severities.flatMap((severity) => {
      const findings = findingsOf(plan, severity);
      if (findings.length === 0) return [];
      const { id, title } = looks[severity];
      return [{ id, title: `${title} (${findings.length})`, content: findingList(findings, plan.decisions, explain) }];
    }),
    ...limitSection(plan),
  ];
}

function findingList(findings: readonly Finding[], decisions: readonly Decision[], explain?: Explain): Content {
  return groupFindings(findings).map(({ code, findings: group }) => {
    const severity = group[0]?.severity ?? 'info';
    const { frame, mark } = looks[severity];
    const tone = { blocker: 'bad', warning: 'warn', info: 'soft' }[severity];
    const common = group.length > 1 ? commonLadder(group, decisions) : undefined;
    return html`<article class="finding ${frame}">
      <h3><span class="${tone}">${mark}</span> ${explain?.(code)?.title ?? code}</h3>
      ${
        explain?.(code) === undefined ? undefined : html`<p class="soft"><code>${code}</code></p> `
      }${group.map((finding) => one(finding, common === undefined ? ladderOf(finding, decisions) : []))}${ladder(common ?? [])}${meaning(code, explain)}
    </article> `;
  });
}

function one(finding: Finding, rungs: readonly Rung[]): Markup {
  const where = whereOf(finding);
  return html`<p>${finding.message}</p>
    ${where.length === 0 ? undefined : html`<p class="soft">${where.join(' · ')}</p> `}${ladder(rungs)}`;
}

function ladder(rungs: readonly Rung[]): Content {
  if (rungs.length === 0) return undefined;
  return html`<h4>${rungs.length === 1 ? 'The way out' : 'Ways out, the gentlest first'}</h4>
    <ol>
      ${rungs.map(rung)}
    </ol> `;
}

function rung(each: Rung): Markup {
  return html`<li>
    ${each.title}${rungWords(each).map(
      (word) => html` <span class="mark ${word === 'DESTRUCTIVE' ? 'bad' : 'good'}">${word}</span>`,
    )}${each.allow.length === 0 ? undefined : htmlCommand(each.allow)}${
      each.commands.length === 0
        ? undefined
        : html`${
            each.allow.length === 0 ? undefined : html`<p class="soft">Or by hand:</p> `
          }${htmlCommand(each.commands)}`
    }
  </li> `;
}

function meaning(code: string, explain?: Explain): Content {
  const page = explain?.(code);
  if (page === undefined) return undefined;
  const advice = typeof page.whatToDo === 'string' ? [page.whatToDo] : page.whatToDo;
  return html`<details>
    <summary>What ${code} means</summary>
    <p>${htmlProse(page.meaning)}</p>
    <ol>
      ${advice.map((line) => html`<li>${htmlProse(line)}</li>`)}
    </ol>
  </details> `;
}

function limitSection(plan: Plan): readonly Section[] {
  const limits = limitsOf(plan);
  if (limits.length === 0) return [];
  return [
    {
      id: 'limits',
      title: 'What was not foreseen',
      content: htmlTable(
        'Limits of the forecast',
        ['What', 'Why'],
        limits.map(({ whats, why }) => [whats.join('; '), why]),
      ),
    },
  ];
}
