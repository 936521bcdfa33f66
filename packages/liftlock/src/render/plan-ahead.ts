import { counted } from '../model/counted.ts';
import type { HopAhead, Plan } from '../model/plan.ts';
import type { Explain } from './fault-words.ts';
import { renderFindings } from './finding-terminal.ts';
import { renderSteps } from './plan-steps.ts';
import { limitsIn, routeSeconds } from './plan-facts.ts';
import type { Style } from './style.ts';
import { formatSeconds } from './words.ts';
import { oneLine, wrapText } from './wrap.ts';

interface AheadScreen {
  readonly width: number;
  readonly style: Style;
  readonly color: boolean;
  readonly verbose: boolean;
  readonly explain?: Explain | undefined;
}

/** The way over several hops, with the reason of each stop; nothing where there is but one. */
export function renderRoute(plan: Plan, { width, style }: AheadScreen): string[] {
  const { route, hop } = plan;
  if (route.length < 2) return [];
  return [
    `${style.bold(`Route: ${counted(route.length, 'hop')}`)}  ${style.dim(`at most ${formatSeconds(routeSeconds(plan))} for all hops from here`)}`,
    ...route.flatMap(({ from, to, because }, index) => {
      const state = index < hop ? style.good('done') : index === hop ? style.accent('this plan') : style.dim('later');
      const why = because.length === 0 ? '' : `  ${style.dim(because.join('; '))}`;
      return wrapText(`${from} → ${to}  ${state}${why}`, { width, first: `  ${index + 1}  `, hanging: '     ' });
    }),
  ];
}

/** A later hop: its steps, what would fail and what nobody can know yet. */
export function renderAhead(plan: Plan, screen: AheadScreen): readonly string[][] {
  return plan.ahead.map((ahead, index) => aheadSection(plan, ahead, plan.hop + index + 2, screen));
}

function aheadSection(plan: Plan, { hop, steps, findings, unforeseen }: HopAhead, number: number, screen: AheadScreen) {
  const { style, width, verbose } = screen;
  const shown = verbose ? findings : findings.filter(({ severity }) => severity !== 'info');
  const look = { ...screen, decisions: plan.decisions };
  return [
    style.bold(`Then hop ${number}, ${hop.from} → ${hop.to}, as it looks now: ${counted(steps.length, 'step')}`),
    // Its own heading counts them already.
    ...renderSteps({ ...plan, steps }, screen).slice(1),
    ...(['blocker', 'warning', 'info'] as const).flatMap((severity) =>
      renderFindings(
        shown.filter((item) => item.severity === severity),
        severity,
        look,
      ),
    ),
    ...limitsIn(unforeseen).flatMap(({ whats, why }) =>
      wrapText(`${whats.map(oneLine).join('; ')}: ${oneLine(why)}`, {
        width,
        first: `  ${style.warn('?')} `,
        hanging: '    ',
      }),
    ),
    ...wrapText(style.dim('It is planned and forecast again when the hop before it has landed.'), {
      width,
      first: '  ',
    }),
  ];
}
