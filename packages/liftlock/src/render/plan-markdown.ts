import type { Finding } from '../model/finding.ts';
import { formatRef } from '../model/kube.ts';
import type { ComponentPlan, Plan } from '../model/plan.ts';
import type { Step } from '../model/step.ts';
import type { Explain } from './fault-words.ts';
import { rungWords, whereOf } from './finding-terminal.ts';
import { applyCommand, invocationOf } from './invocation.ts';
import { commonLadder, groupFindings, ladderOf, type Rung } from './ladder.ts';
import { codeBlock, codeCell, codeSpan, escapeMarkdown, joinBlocks, markdownTable } from './markdown.ts';
import {
  actedOn,
  byWhom,
  changeOf,
  decided,
  durationsOf,
  findingsOf,
  findingTally,
  firstWithoutReturn,
  limitsOf,
  objectCounts,
  becauseOfMigration,
  onlyIfFails,
  personalTasks,
  receiptWords,
  reasonOf,
  undoneEdits,
  whoDecided,
} from './plan-facts.ts';
import { aheadBlocks, routeBlocks } from './plan-markdown-ahead.ts';
import { routeAndHop } from './route-words.ts';
import { formatValue } from './value-changes.ts';
import { formatSeconds, formatTime, shortDigest } from './words.ts';

export interface MarkdownOptions {
  readonly invocation?: string | undefined;
  readonly explain?: Explain | undefined;
}

/** A plan for a change request or a merge request: what a board asks, on one page. */
export function renderPlanMarkdown(plan: Plan, options: MarkdownOptions = {}): string {
  const invocation = options.invocation ?? invocationOf(plan);
  return joinBlocks([
    [`# ${escapeMarkdown(plan.platform.title)}: ${escapeMarkdown(routeAndHop(plan))}`],
    head(plan),
    [verdict(plan)],
    ...routeBlocks(plan),
    ['## What changes'],
    componentTable(plan),
    ...objectBlocks(plan),
    ...valueBlocks(plan),
    ['## For the change board'],
    board(plan),
    ...findingBlocks('What would fail', findingsOf(plan, 'blocker'), plan, options.explain),
    ...findingBlocks('Warnings', findingsOf(plan, 'warning'), plan, options.explain),
    ...unforeseenBlocks(plan),
    ...decisionBlocks(plan),
    ['## Steps'],
    plan.steps.map((step, index) => `${index + 1}. ${escapeMarkdown(step.title)}${remarks(step, plan)}`),
    ...aheadBlocks(plan, options.explain),
    ['## Next'],
    codeBlock('sh', [
      findingsOf(plan, 'blocker').length > 0 ? `liftlock plan ${invocation}` : applyCommand(plan, invocation),
    ]),
  ]);
}

function remarks(step: Step, plan: Plan): string {
  const reason = reasonOf(step, plan);
  const migration = becauseOfMigration(step, plan);
  const words = [
    onlyIfFails(step, plan),
    reason === undefined ? undefined : `because of ${reason}`,
    migration === undefined ? undefined : escapeMarkdown(migration),
  ].filter((part) => part !== undefined);
  const soft = words.length === 0 ? '' : ` (${words.join(', ')})`;
  return `${soft}${step.risk === 'irreversible' ? ' **(no way back from here)**' : ''}`;
}

function head(plan: Plan): string[] {
  const options = Object.entries(plan.site.options).map(([name, value]) => `${name} ${value}`);
  return [
    `- Site: ${[plan.site.name, ...options, `namespace ${plan.site.namespace}`].map(escapeMarkdown).join(', ')}`,
    `- Cluster: ${escapeMarkdown(plan.cluster.context)}, ${codeSpan(plan.cluster.server)}, UID ${codeSpan(plan.cluster.uid)}`,
    `- Helm: ${plan.helm.version}`,
    `- Plan: ${codeSpan(plan.digest)}`,
  ];
}

function verdict(plan: Plan): string {
  const tally = findingTally(plan);
  if (findingsOf(plan, 'blocker').length > 0) return `**${tally}: nothing starts before the blockers are cleared.**`;
  if (actedOn(plan).length === 0 && plan.purpose === 'upgrade')
    return '**Nothing to do: everything in scope is at the target.**';
  const foreseen = plan.forecast.complete
    ? `The cluster accepts this plan: it was tried at ${formatTime(plan.forecast.madeAt)} without writing.`
    : 'The forecast is not complete; what was not foreseen is listed below.';
  return tally === '' ? foreseen : `${foreseen} ${tally}.`;
}

function componentTable(plan: Plan): string[] {
  return markdownTable(
    ['Component', 'Change', 'Chart', 'Objects', 'Restarts', 'Outage', 'Usual', 'At most'],
    plan.components.map((component) => {
      const change = changeOf(component);
      const name = escapeMarkdown(component.name);
      if (component.action === 'none' || component.action === 'skipped') return [name, change, '', '', '', '', '', ''];
      return [
        name,
        component.action === 'install' ? `**${change}**` : change,
        `${codeCell(component.chart.name)} ${codeCell(shortDigest(component.chart.digest))}`,
        ...counts(plan, component),
        component.outage.expected ? '**yes**' : 'no',
        component.expectedSeconds === undefined ? '?' : formatSeconds(component.expectedSeconds),
        formatSeconds(component.worstSeconds),
      ];
    }),
  );
}

function counts(plan: Plan, { name }: ComponentPlan): readonly [objects: string, restarts: string] {
  const numbers = objectCounts(plan, name);
  if (numbers === undefined) return ['unknown', 'unknown'];
  const { created, changed, replaced, deleted, restarted } = numbers;
  return [`+${created} ~${changed}${replaced === 0 ? '' : ` ±${replaced}`} -${deleted}`, String(restarted)];
}

/** Objects that go, and edits of people that would be undone: counts would hide them. */
function objectBlocks(plan: Plan): string[][] {
  const lines = actedOn(plan).flatMap(({ name }) => [
    ...(plan.forecast.changes[name] ?? [])
      .filter(({ change }) => change === 'deleted' || change === 'replaced')
      .map(({ object, change }) => `- ${codeSpan(formatRef(object))} is **${change}**`),
    ...undoneEdits(plan, name).map(
      (edit) =>
        `- ${codeSpan(formatRef(edit.object))} ${codeSpan(edit.path)}: **undoes a live edit** ${escapeMarkdown(byWhom(edit))}`,
    ),
  ]);
  return lines.length === 0 ? [] : [['### Objects that go, and edits that are undone'], lines];
}

function board(plan: Plan): string[] {
  const { expected, worst } = durationsOf(plan);
  const last = firstWithoutReturn(plan);
  return [
    `- Duration: ${expected === undefined ? 'not known yet' : `usually ${formatSeconds(expected)}`}, at most ${formatSeconds(worst)} for the components.`,
    `- Rollback: ${last === undefined ? 'possible after every step' : `possible until step ${last} begins`}.`,
    ...receiptWords(plan).map((words) => `- Backup of before: ${escapeMarkdown(words)}.`),
    ...actedOn(plan).map(({ name, outage, rollback, partlyAt }) => {
      const partly =
        partlyAt === undefined
          ? ''
          : ` It is partly at ${partlyAt.version} (revision ${partlyAt.revision} ${partlyAt.status}).`;
      const noticed = outage.expected ? `users notice: ${escapeMarkdown(outage.why)}` : 'users do not notice';
      return `- ${escapeMarkdown(name)}: ${noticed}. Rollback ${escapeMarkdown(rollback)}.${partly}`;
    }),
    ...personalTasks(plan).map(({ when, what }) => `- For people, ${when}: ${escapeMarkdown(what)}.`),
  ];
}

function findingBlocks(title: string, findings: readonly Finding[], plan: Plan, explain?: Explain): string[][] {
  if (findings.length === 0) return [];
  return [
    [`## ${title}`],
    ...groupFindings(findings).flatMap(({ code, findings: group }) => {
      const name = explain?.(code)?.title;
      const ladder = group.length > 1 ? commonLadder(group, plan.decisions) : undefined;
      return [
        [`### ${escapeMarkdown(name === undefined ? code : `${name} (${code})`)}`],
        ...group.flatMap((finding) => [
          [escapeMarkdown(finding.message), ...whereLines(finding)],
          ...(ladder === undefined ? rungBlocks(ladderOf(finding, plan.decisions)) : []),
        ]),
        ...rungBlocks(ladder ?? []),
      ];
    }),
  ];
}

function whereLines(finding: Finding): string[] {
  const where = whereOf(finding);
  return where.length === 0 ? [] : ['', `On ${where.map(codeSpan).join(', ')}.`];
}

function rungBlocks(rungs: readonly Rung[]): string[][] {
  return rungs.flatMap((rung, index) => {
    const words = rungWords(rung).map((word) => ` **(${word})**`);
    const commands = [...rung.allow, ...rung.commands];
    return [
      [`${index + 1}. ${escapeMarkdown(rung.title)}${words.join('')}`],
      ...(commands.length === 0
        ? []
        : [
            codeBlock('sh', commands)
              .flatMap((line) => line.split('\n'))
              .map((line) => `   ${line}`),
          ]),
    ];
  });
}

function valueBlocks(plan: Plan): string[][] {
  const rows = actedOn(plan).flatMap(({ name, values, installed }) =>
    installed === undefined
      ? []
      : values.map((change) => [
          escapeMarkdown(name),
          codeCell(change.path),
          codeCell(formatValue(change.before)),
          codeCell(formatValue(change.after)),
        ]),
  );
  return rows.length === 0
    ? []
    : [['### Values that change'], markdownTable(['Component', 'Key', 'Live', 'New'], rows)];
}

function unforeseenBlocks(plan: Plan): string[][] {
  const limits = limitsOf(plan);
  if (limits.length === 0) return [];
  return [
    ['## Not foreseen'],
    limits.map(({ whats, why }) => `- ${whats.map(escapeMarkdown).join('; ')}: ${escapeMarkdown(why)}`),
  ];
}

function decisionBlocks(plan: Plan): string[][] {
  if (plan.decisions.length === 0) return [];
  return [
    ['## Decided'],
    decided(plan).map(({ decision, code, title }) => {
      const about = [title, code].filter((part) => part !== undefined).map(escapeMarkdown);
      const answers = about.length === 0 ? '' : ` (${about.join(', ')})`;
      return `- ${codeSpan(decision.remedy)}${answers}: ${escapeMarkdown(whoDecided(decision))}`;
    }),
  ];
}
