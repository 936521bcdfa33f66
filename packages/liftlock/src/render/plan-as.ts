import type { Finding } from '../model/finding.ts';
import type { Plan } from '../model/plan.ts';
import { renderFindings as findingLines } from './finding-terminal.ts';
import { renderPlanJson } from './plan-json.ts';
import { renderPlanMarkdown } from './plan-markdown.ts';
import { renderPlan } from './plan-terminal.ts';
import { makeStyle } from './style.ts';

export interface Look {
  readonly width: number;
  readonly color: boolean;
  readonly verbose?: boolean | undefined;
  readonly invocation?: string | undefined;
  /** Leaves out what to type next, because the question comes right below. */
  readonly isAsked?: boolean | undefined;
}

/** A plan in the form that was asked for. */
export function renderPlanAs(plan: Plan, format: 'text' | 'json' | 'md', look: Look): string {
  switch (format) {
    case 'text':
      return renderPlan(plan, { ...look, verbose: look.verbose ?? false });
    case 'json':
      return renderPlanJson(plan);
    case 'md':
      return renderPlanMarkdown(plan, { invocation: look.invocation });
  }
}

/** Findings by themselves, blockers first; notes only in the verbose form. */
export function renderFindings(findings: readonly Finding[], look: Look): string {
  const screen = { width: Math.max(30, look.width), style: makeStyle(look.color) };
  const severities =
    look.verbose === true ? (['blocker', 'warning', 'info'] as const) : (['blocker', 'warning'] as const);
  const blocks = severities
    .map((severity) =>
      findingLines(
        findings.filter((finding) => finding.severity === severity),
        severity,
        screen,
      ),
    )
    .filter((block) => block.length > 0);
  return blocks.length === 0 ? '' : `${blocks.map((block) => block.join('\n')).join('\n\n')}\n`;
}
