import { createHash } from 'node:crypto';
import type { Plan } from '../model/plan.ts';
import type { Explain } from './fault-words.ts';
import { html, htmlCommand, htmlPairs, Markup, type Content, type Section } from './html.ts';
import { pageStyle } from './html-style.ts';
import { applyCommand, invocationOf } from './invocation.ts';
import { changeSections } from './plan-html-changes.ts';
import { findingSections } from './plan-html-findings.ts';
import { boardSection, decisionSection, pinSection, stepSection } from './plan-html-steps.ts';
import { actedOn, findingsOf, findingTally } from './plan-facts.ts';
import { routeSection } from './plan-html-ahead.ts';
import { routeAndHop } from './route-words.ts';
import { formatTime, shortDigest } from './words.ts';

export interface PlanPageOptions {
  /** What follows `liftlock apply` to mean this plan. */
  readonly invocation?: string | undefined;
  readonly explain?: Explain | undefined;
}

/**
 * A plan as one file to attach to a change request: it loads nothing, runs nothing, reads well on paper, in the dark, and to
 * those who hear it.
 */
export function renderPlanHtml(plan: Plan, options: PlanPageOptions = {}): string {
  const title = `${plan.platform.title}: ${purposeWords(plan)}`;
  const sections = [
    boardSection(plan),
    ...changeSections(plan),
    ...findingSections(plan, options.explain),
    decisionSection(plan),
    stepSection(plan),
    routeSection(plan),
    nextSection(plan, options.invocation ?? invocationOf(plan)),
    pinSection(plan),
  ].filter((section) => section !== undefined);
  return page(
    title,
    html`<header>
        <h1>${title}</h1>
        ${head(plan)}${verdict(plan)}
      </header>
      <nav aria-label="On this page">
        <ul>
          ${sections.map(({ id, title: name }) => html`<li><a href="#${id}">${name}</a></li>`)}
        </ul>
      </nav>
      <main id="main" tabindex="-1">${sections.map(sectionOf)}</main>
      <footer><p>${foot(plan)}</p></footer> `,
  );
}

function page(title: string, body: Markup): string {
  // The browser itself refuses whatever is not this page's own style.
  const policy = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(pageStyle).digest('base64')}'`;
  // Its digest is of what stands between the tags, to the last blank.
  const style = new Markup(`<style>${pageStyle}</style>`);
  const text = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${policy}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="referrer" content="no-referrer" />
        <title>${title}</title>
        ${style}
      </head>
      <body>
        <a class="skip" href="#main">Skip to the plan</a>
        ${body}
      </body>
    </html> `.text;
  return `${text.trimEnd()}\n`;
}

function sectionOf({ id, title, content }: Section): Markup {
  return html`<section id="${id}" aria-labelledby="${id}-title">
    <h2 id="${id}-title">${title}</h2>
    ${content}
  </section> `;
}

function purposeWords(plan: Plan): string {
  const words = { upgrade: 'upgrade', rollback: 'rollback', rotation: 'new', restore: '' }[plan.purpose];
  return `${words} ${routeAndHop(plan)}`.trim();
}

function head(plan: Plan): Markup {
  const options = Object.entries(plan.site.options).map(([name, value]) => `${name} ${value}`);
  return htmlPairs([
    ['Site', [plan.site.name, ...options].join(', ')],
    ['Namespace', plan.site.namespace],
    ['Cluster', `${plan.cluster.context} ${plan.cluster.server}`.trim()],
    ['Plan', html`<code>${shortDigest(plan.digest)}</code>`],
  ]);
}

function verdict(plan: Plan): Content {
  const tally = findingTally(plan);
  if (findingsOf(plan, 'blocker').length > 0)
    return html`<p class="verdict is-bad">
      <span class="bad">✗ Blocked.</span> ${tally}. Nothing starts before the blockers are cleared.
    </p> `;
  if (actedOn(plan).length === 0 && plan.purpose === 'upgrade')
    return html`<p class="verdict is-good">
      <span class="good">✓ Nothing to do.</span> Everything in scope is at the target.
    </p> `;
  const rest = tally === '' ? '' : ` ${tally}.`;
  if (plan.forecast.complete)
    return html`<p class="verdict is-good">
      <span class="good">✓ The cluster accepts this plan.</span> It was tried without writing.${rest}
    </p> `;
  const words = plan.forecast.madeAt === '' ? 'Not foreseen: the forecast was not made.' : 'Foreseen in part.';
  return html`<p class="verdict is-warn"><span class="warn">! ${words}</span>${rest}</p> `;
}

function nextSection(plan: Plan, invocation: string): Section {
  const isBlocked = findingsOf(plan, 'blocker').length > 0;
  const verb = plan.purpose === 'rollback' ? 'rollback' : 'plan';
  return {
    id: 'next',
    title: 'Next',
    content: [
      isBlocked ? html`<p>Clear each blocker with one of its remedies, then look again:</p> ` : undefined,
      htmlCommand([isBlocked ? `liftlock ${verb} ${invocation}` : applyCommand(plan, invocation)]),
    ],
  };
}

function foot({ forecast, digest }: Plan): string {
  const made = forecast.madeAt === '' ? 'Not foreseen' : `Foreseen ${formatTime(forecast.madeAt)}`;
  return `${made} by liftlock. Plan ${digest}.`;
}
