import type { ComponentPlan, Plan } from '../model/plan.ts';
import { renderFindings } from './finding-terminal.ts';
import { applyCommand, invocationOf } from './invocation.ts';
import {
  actedOn,
  changeOf,
  durationsOf,
  findingsOf,
  findingTally,
  groupComponents,
  objectCounts,
  type ObjectCounts,
} from './plan-facts.ts';
import { shellLine, wrapCommand } from './shell.ts';
import { makeStyle, type Style } from './style.ts';
import { renderPairs, renderTable, type Column } from './table.ts';
import { renderObjectChanges, renderValueChanges } from './value-changes.ts';
import { count, formatSeconds, formatTime, listed, shortDigest } from './words.ts';
import { oneLine, unbroken, wrapText } from './wrap.ts';

export interface PlanView {
  /** Columns of the terminal. */
  readonly width: number;
  readonly color: boolean;
  /** Every changed field, every command, findings that only inform. */
  readonly verbose: boolean;
  /** What follows `liftlock apply` to mean this plan; made from the plan where it is not given. */
  readonly invocation?: string | undefined;
  /** The question comes right below: what to type next would be one answer too many. */
  readonly isAsked?: boolean | undefined;
}

interface Screen extends PlanView {
  readonly style: Style;
  readonly invocation: string;
}

/** A plan as an operator reads it before saying yes: what happens, what stands in the way, what to type next. */
export function renderPlan(plan: Plan, view: PlanView): string {
  const width = Math.max(30, view.width);
  const screen: Screen = {
    ...view,
    width,
    style: makeStyle(view.color),
    invocation: view.invocation ?? invocationOf(plan),
  };
  const sections = [
    heading(plan, screen),
    verdict(plan, screen),
    componentTable(plan, screen),
    partlyNotes(plan, screen),
    renderFindings(findingsOf(plan, 'blocker'), 'blocker', screen),
    renderFindings(findingsOf(plan, 'warning'), 'warning', screen),
    view.verbose ? renderFindings(findingsOf(plan, 'info'), 'info', screen) : [],
    people(plan, screen),
    renderValueChanges(plan, screen),
    view.verbose ? renderObjectChanges(plan, screen) : [],
    unforeseen(plan, screen),
    decisions(plan, screen),
    steps(plan, screen),
    next(plan, screen),
  ];
  const filled = sections.filter((section) => section.length > 0);
  return `${filled.map((section) => section.join('\n')).join('\n\n')}\n`;
}

function heading(plan: Plan, { style, width }: Screen): string[] {
  const hop = plan.route.map(({ from, to }) => `${from} → ${to}`).join(', ');
  const purpose = { upgrade: '', rollback: 'ROLLBACK ', rotation: 'NEW REGISTRY KEY ', restore: 'RESTORE ' }[
    plan.purpose
  ];
  const options = Object.entries(plan.site.options).map(([name, value]) => `${name} ${value}`);
  return [
    ...wrapText(
      `${style.bold(`${plan.platform.title}  ${purpose}${hop}`)}  ${style.dim(`plan ${shortDigest(plan.digest)}`)}`,
      {
        width,
      },
    ),
    ...renderPairs(
      [
        ['site', [plan.site.name, ...options, `namespace ${plan.site.namespace}`].map(unbroken).join(' · ')],
        [
          'cluster',
          [plan.cluster.context, plan.cluster.server, `helm ${plan.helm.version}`]
            .filter(Boolean)
            .map(unbroken)
            .join(' · '),
        ],
      ],
      width,
      style,
    ),
  ];
}

function verdict(plan: Plan, { style, width }: Screen): string[] {
  const tally = findingTally(plan);
  const isBlocked = findingsOf(plan, 'blocker').length > 0;
  const acted = actedOn(plan);
  if (isBlocked) return wrapText(style.bad(`✗ ${tally}. Nothing starts before the blockers are cleared.`), { width });
  if (acted.length === 0 && plan.purpose === 'upgrade') {
    return wrapText(style.good('✓ Nothing to do: everything in scope is at the target.'), { width });
  }
  const foreseen = plan.forecast.complete
    ? style.good('✓ The cluster accepts this plan (tried without writing)')
    : style.warn(plan.forecast.madeAt === '' ? '! Not foreseen: the forecast was not made' : '! Foreseen in part');
  return wrapText(tally === '' ? `${foreseen}.` : `${foreseen}. ${style.warn(tally)}.`, { width });
}

function componentTable(plan: Plan, screen: Screen): string[] {
  const { style, width } = screen;
  if (width < 74) return componentLines(plan, screen);
  const columns: Column[] = [
    { title: 'COMPONENT', shrinkTo: 12 },
    { title: 'CHANGE' },
    { title: 'CHART' },
    { title: 'OBJECTS' },
    { title: 'OUTAGE' },
    { title: 'USUAL', align: 'right' },
    { title: 'AT MOST', align: 'right' },
  ];
  const rows = plan.components.map((component) => componentRow(plan, component, style));
  const { expected, worst } = durationsOf(plan);
  const total = [
    '',
    '',
    '',
    '',
    style.dim('in all'),
    expected === undefined ? '?' : formatSeconds(expected),
    formatSeconds(worst),
  ];
  return renderTable(columns, actedOn(plan).length > 1 ? [...rows, total] : rows, width, style);
}

function componentRow(plan: Plan, component: ComponentPlan, style: Style): string[] {
  const change = changeOf(component);
  if (component.action === 'none' || component.action === 'skipped') {
    return [component.name, change, '', '', '', '', ''].map(style.dim);
  }
  const counts = objectCounts(plan, component.name);
  return [
    component.name,
    component.action === 'install' ? style.loud(change) : style.accent(change),
    shortDigest(component.chart.digest),
    counts === undefined ? style.warn('unknown') : formatCounts(counts, style),
    component.outage.expected ? style.warn('yes') : 'no',
    component.expectedSeconds === undefined ? style.dim('?') : formatSeconds(component.expectedSeconds),
    formatSeconds(component.worstSeconds),
  ];
}

/** The table for terminals that are too narrow for one. */
function componentLines(plan: Plan, { style, width }: Screen): string[] {
  const { expected, worst } = durationsOf(plan);
  const usual = (seconds: number | undefined) =>
    seconds === undefined ? 'not timed yet' : `usually ${formatSeconds(seconds)}`;
  const lines = plan.components.flatMap((component) => {
    const [name = '', change = '', chart = '', objects = '', outage = ''] = componentRow(plan, component, style);
    const title = wrapText(`${style.bold(name)}  ${unbroken(change)}`, { width, hanging: '  ' });
    if (chart === '') return title;
    const facts = [
      `chart ${chart}`,
      `objects ${objects}`,
      `outage ${outage}`,
      usual(component.expectedSeconds),
      `at most ${formatSeconds(component.worstSeconds)}`,
    ];
    return [...title, ...wrapText(facts.map(unbroken).join(', '), { width, first: '  ' })];
  });
  return [
    ...lines,
    ...wrapText(`${style.bold('in all')}  ${usual(expected)}, at most ${formatSeconds(worst)}`, { width }),
  ];
}

function formatCounts({ created, changed, deleted }: ObjectCounts, style: Style): string {
  const parts = [
    created > 0 ? style.good(`+${created}`) : '',
    changed > 0 ? `~${changed}` : '',
    deleted > 0 ? style.bad(`-${deleted}`) : '',
  ].filter((part) => part !== '');
  return parts.length === 0 ? style.dim('none') : parts.join(' ');
}

/** A newer revision than the installed one that failed or hangs is no detail: routes start from the older (O12). */
function partlyNotes(plan: Plan, { style, width }: Screen): string[] {
  return plan.components.flatMap(({ name, installed, partlyAt }) =>
    partlyAt === undefined
      ? []
      : wrapText(
          `${style.warn('!')} ${name} is partly at ${partlyAt.version}: revision ${partlyAt.revision} is ${partlyAt.status}; ${
            installed === undefined
              ? 'nothing is deployed'
              : `${installed.version} (revision ${installed.revision}) is what counts as installed`
          }.`,
          { width, hanging: '  ' },
        ),
  );
}

function people(plan: Plan, { style, width }: Screen): string[] {
  const acted = actedOn(plan);
  if (acted.length === 0) return [];
  const outages = acted.filter(({ outage }) => outage.expected);
  const noticed: (readonly [string, string])[] =
    outages.length === 0
      ? [['nobody', 'pods are replaced one after another']]
      : groupComponents(outages, ({ outage }) => outage.why).map(([names, why]) => [listed(names), why]);
  const rollback = groupComponents(acted, (component) => component.rollback);
  return [
    style.bold('Who will notice'),
    ...renderPairs(noticed, width, style, '  '),
    '',
    style.bold('Way back'),
    ...(rollback.length === 1
      ? wrapText(`all: ${rollback[0]?.[1] ?? ''}`, { width, first: '  ' })
      : renderPairs(
          rollback.map(([names, text]) => [names.length > 2 ? 'the others' : listed(names), text] as const),
          width,
          style,
          '  ',
        )),
  ];
}

function unforeseen(plan: Plan, { style, width }: Screen): string[] {
  if (plan.forecast.unforeseen.length === 0 || actedOn(plan).length === 0) return [];
  return [
    style.bold(`Not foreseen (${plan.forecast.unforeseen.length})`),
    ...plan.forecast.unforeseen.flatMap(({ what, why }) =>
      wrapText(`${oneLine(what)}: ${oneLine(why)}`, { width, first: `  ${style.warn('?')} `, hanging: '    ' }),
    ),
  ];
}

function decisions(plan: Plan, { style, width }: Screen): string[] {
  if (plan.decisions.length === 0) return [];
  return [
    style.bold('Decided'),
    ...plan.decisions.flatMap(({ remedy, by, at, how }) =>
      wrapText(`${style.accent(remedy)}  ${style.dim(`by ${by} (${how}), ${formatTime(at)}`)}`, {
        width,
        first: '  ',
        hanging: '    ',
      }),
    ),
  ];
}

function steps(plan: Plan, { style, width, verbose }: Screen): string[] {
  if (plan.steps.length === 0) return [];
  const digits = String(plan.steps.length).length;
  return [
    style.bold(count(plan.steps.length, 'step')),
    ...plan.steps.flatMap((step, index) => {
      const risk = { none: '', reversible: '', irreversible: `  ${style.bad('no way back from here')}` }[step.risk];
      const line = wrapText(`${step.title}${risk}`, {
        width,
        first: `  ${style.dim(String(index + 1).padStart(digits))}  `,
        hanging: ' '.repeat(digits + 4),
      });
      if (!verbose || step.command === undefined) return line;
      return [...line, ...wrapCommand(shellLine(step.command), width, ' '.repeat(digits + 6)).map(style.dim)];
    }),
  ];
}

function next(plan: Plan, { style, width, invocation, isAsked }: Screen): string[] {
  const isBlocked = findingsOf(plan, 'blocker').length > 0;
  if (isAsked === true && !isBlocked) return [];
  if (isBlocked) {
    const intro = wrapText('Next: clear each blocker with one of its remedies, then look again:', { width });
    return [
      ...intro,
      ...wrapCommand(`liftlock ${plan.purpose === 'rollback' ? 'rollback' : 'plan'} ${invocation}`, width, '  ').map(
        style.bold,
      ),
    ];
  }
  if (plan.steps.length === 0)
    return [...wrapText('Next:', { width }), style.bold(`  liftlock verify ${plan.platform.name}`)];
  return ['Next:', ...wrapCommand(applyCommand(plan, invocation), width, '  ').map(style.bold)];
}
