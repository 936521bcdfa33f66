import type { HopAhead, Plan } from '../model/plan.ts';
import type { Explain } from './fault-words.ts';
import { codeSpan, escapeMarkdown } from './markdown.ts';
import { limitsIn, routeSeconds } from './plan-facts.ts';
import { formatSeconds } from './words.ts';

/** The way over several hops, with the reason of each stop; nothing where there is but one. */
export function routeBlocks(plan: Plan): string[][] {
  const { route, hop } = plan;
  if (route.length < 2) return [];
  return [
    ['## Route'],
    [`At most ${formatSeconds(routeSeconds(plan))} for all hops from here.`],
    route.map(({ from, to, because }, index) => {
      const state = index < hop ? 'done' : index === hop ? '**this plan**' : 'later';
      const why = because.length === 0 ? '' : ` (${escapeMarkdown(because.join('; '))})`;
      return `${index + 1}. ${from} → ${to}: ${state}${why}`;
    }),
  ];
}

/** Later hops as they look now: steps, findings, and what nobody can know yet. */
export function aheadBlocks(plan: Plan, explain?: Explain): string[][] {
  return plan.ahead.flatMap((ahead, index) => hopBlocks(ahead, plan.hop + index + 2, explain));
}

function hopBlocks({ hop, steps, findings, unforeseen }: HopAhead, number: number, explain?: Explain): string[][] {
  const open = findings.filter(({ severity }) => severity !== 'info');
  return [
    [`## Then hop ${number}: ${hop.from} → ${hop.to}, as it looks now`],
    steps.map(
      ({ title, risk }, index) =>
        `${index + 1}. ${escapeMarkdown(title)}${risk === 'irreversible' ? ' **(no way back from here)**' : ''}`,
    ),
    open.map(({ code, severity, message, remedies }) => {
      const name = explain?.(code)?.title ?? code;
      const ways = remedies.map(({ id }) => codeSpan(`--allow ${id}`)).join(' or ');
      return `- **${severity}** ${escapeMarkdown(name)} (${codeSpan(code)}): ${escapeMarkdown(message)}${ways === '' ? '' : ` ${ways}`}`;
    }),
    limitsIn(unforeseen).map(
      ({ whats, why }) => `- Not foreseen: ${whats.map(escapeMarkdown).join('; ')}: ${escapeMarkdown(why)}`,
    ),
    ['It is planned and forecast again when the hop before it has landed.'],
  ];
}
