import type { Finding } from '../model/finding.ts';
import type { Plan } from '../model/plan.ts';
import type { Explain } from './fault-words.ts';
import { explainLine, renderFindings as findingLines } from './finding-terminal.ts';
import { renderPlanHtml } from './plan-html.ts';
import { renderPlanJson } from './plan-json.ts';
import { renderPlanMarkdown } from './plan-markdown.ts';
import { renderPlan } from './plan-terminal.ts';
import { makeStyle } from './style.ts';

export interface Look {
  readonly width: number;
  readonly color: boolean;
  readonly verbose?: boolean | undefined;
  readonly invocation?: string | undefined;
  /** What the catalogue of findings says of a code. */
  readonly explain?: Explain | undefined;
  /** Leaves out what to type next, because the question comes right below. */
  readonly isAsked?: boolean | undefined;
}

/** A plan in the form that was asked for. */
export function renderPlanAs(plan: Plan, format: 'text' | 'json' | 'md' | 'html', look: Look): string {
  switch (format) {
    case 'text':
      return renderPlan(plan, { ...look, verbose: look.verbose ?? false });
    case 'json':
      return renderPlanJson(plan);
    case 'md':
      return renderPlanMarkdown(plan, { invocation: look.invocation, explain: look.explain });
    case 'html':
      return renderPlanHtml(plan, { invocation: look.invocation, explain: look.explain });
  }
}

/** Findings by themselves, blockers first; notes only in the verbose form. */
export function renderFindings(findings: readonly Finding[], look: Look): string {
  const screen = { ...look, width: Math.max(30, look.width), style: makeStyle(look.color) };
  const severities =
    look.verbose === true ? (['blocker', 'warning', 'info'] as const) : (['blocker', 'warning'] as const);
  const shown = severities.map((severity) => findings.filter((finding) => finding.severity === severity));
  const blocks = [
    ...shown.map((part, index) => findingLines(part, severities[index] ?? 'info', screen)),
    explainLine(shown.flat(), screen),
  ].filter((block) => block.length > 0);
  return blocks.length === 0 ? '' : `${blocks.map((block) => block.join('\n')).join('\n\n')}\n`;
}
