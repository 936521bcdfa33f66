import { counted } from '../model/counted.ts';
import type { Plan } from '../model/plan.ts';
import type { Explain } from './fault-words.ts';
import { explainLine, renderFindings } from './finding-terminal.ts';
import { applyCommand, invocationOf } from './invocation.ts';
import {
  actedOn,
  decided,
  findingsOf,
  findingTally,
  groupComponents,
  limitsOf,
  personalTasks,
  pointOfNoReturn,
  receiptWords,
  whoDecided,
} from './plan-facts.ts';
import { renderAhead, renderRoute } from './plan-ahead.ts';
import { renderSteps } from './plan-steps.ts';
import { componentTable } from './plan-table.ts';
import { routeAndHop } from './route-words.ts';
import { wrapCommand } from './shell.ts';
import { makeStyle, type Style } from './style.ts';
import { renderPairs } from './table.ts';
import { renderObjectChanges, renderTelling, renderValueChanges } from './value-changes.ts';
import { listed, shortDigest } from './words.ts';
import { oneLine, unbroken, wrapText } from './wrap.ts';

export interface PlanView {
  /** Columns of the terminal. */
  readonly width: number;
  readonly color: boolean;
  /** Every changed field, every command, findings that only inform. */
  readonly verbose: boolean;
  /** What follows `liftlock apply` to mean this plan; made from the plan where it is not given. */
  readonly invocation?: string | undefined;
  /** What the catalogue of findings says of a code. */
  readonly explain?: Explain | undefined;
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
  const shown = view.verbose
    ? plan.forecast.findings
    : plan.forecast.findings.filter(({ severity }) => severity !== 'info');
  const findings = { ...screen, decisions: plan.decisions };
  const sections = [
    heading(plan, screen),
    verdict(plan, screen),
    renderRoute(plan, screen),
    // What changes.
    [...componentTable(plan, screen), ...partlyNotes(plan, screen)],
    view.verbose ? renderObjectChanges(plan, screen) : renderTelling(plan, screen),
    renderValueChanges(plan, screen),
    people(plan, screen),
    // What would fail, and why, with its ways out.
    renderFindings(findingsOf(plan, 'blocker'), 'blocker', findings),
    renderFindings(findingsOf(plan, 'warning'), 'warning', findings),
    view.verbose ? renderFindings(findingsOf(plan, 'info'), 'info', findings) : [],
    explainLine(shown, findings),
    unforeseen(plan, screen),
    // What to do.
    decisions(plan, screen),
    renderSteps(plan, screen),
    ...renderAhead(plan, screen),
    tasks(plan, screen),
    next(plan, screen),
  ];
  const filled = sections.filter((section) => section.length > 0);
  return `${filled.map((section) => section.join('\n')).join('\n\n')}\n`;
}

function heading(plan: Plan, { style, width }: Screen): string[] {
  // Nobody named the version: that it is the newest is seen before it is used.
  const latest = plan.forecast.findings.some(({ code }) => code === 'VERSION_LATEST') ? ' (latest)' : '';
  const hop = `${routeAndHop(plan)}${latest}`;
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
    ...noReturn(plan, style, width),
  ];
}

/** From which step on nothing goes back by itself, and what there is to go back to. */
function noReturn(plan: Plan, style: Style, width: number): string[] {
  const at = pointOfNoReturn(plan);
  const step = at === undefined ? undefined : plan.steps[at - 1];
  const backups = receiptWords(plan);
  const last = step === undefined ? [] : [style.warn(`point of no return: step ${at}, ${oneLine(step.title)}`)];
  return [...last, ...backups.map((words) => `backup of before: ${oneLine(words)}`)].flatMap((text) =>
    wrapText(text, { width, first: '  ', hanging: '    ' }),
  );
}

/** So many limits of the forecast are told where not all are asked for. */
const shownLimits = 4;

/** What was not judged, those of one reason together. */
function unforeseen(plan: Plan, { style, width, verbose }: Screen): string[] {
  if (plan.forecast.unforeseen.length === 0 || actedOn(plan).length === 0) return [];
  const limits = limitsOf(plan);
  const shown = verbose ? limits : limits.slice(0, shownLimits);
  const left = limits.length - shown.length;
  return [
    style.bold(`Not foreseen (${plan.forecast.unforeseen.length})`),
    ...shown.flatMap(({ whats, why }) => {
      const named = verbose ? whats : whats.slice(0, 3);
      const more = whats.length - named.length;
      const what = `${named.map(oneLine).join('; ')}${more > 0 ? ` and ${more} more` : ''}`;
      return wrapText(`${what}: ${oneLine(why)}`, { width, first: `  ${style.warn('?')} `, hanging: '    ' });
    }),
    ...(left > 0 ? [`    ${style.dim(`and ${counted(left, 'other reason')}: --verbose`)}`] : []),
  ];
}

/** So many decisions are told where not all are asked for. */
const shownDecisions = 5;

function decisions(plan: Plan, { style, width, verbose }: Screen): string[] {
  const all = decided(plan);
  if (all.length === 0) return [];
  const shown = verbose ? all : all.slice(0, shownDecisions);
  return [
    style.bold('Decided'),
    ...shown.flatMap(({ decision, code, title }) => {
      const about = [title === undefined ? '' : oneLine(title), code ?? ''].filter(Boolean).join(' · ');
      return [
        ...wrapText(`${style.accent(oneLine(decision.remedy))}  ${style.dim(whoDecided(decision))}`, {
          width,
          first: '  ',
          hanging: '    ',
        }),
        ...(about === '' || !verbose ? [] : wrapText(style.dim(about), { width, first: '    ' })),
      ];
    }),
    ...(all.length > shown.length ? [`    ${style.dim(`and ${all.length - shown.length} more: --verbose`)}`] : []),
  ];
}

/** What the steps leave to people. */
function tasks(plan: Plan, { style, width }: Screen): string[] {
  const all = personalTasks(plan);
  if (all.length === 0) return [];
  return [
    style.bold('For people to do'),
    ...renderPairs(
      all.map(({ when, what }) => [when, what] as const),
      width,
      style,
      '  ',
    ),
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
