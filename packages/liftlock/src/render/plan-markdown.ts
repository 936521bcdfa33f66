import type { Finding } from '../model/finding.ts';
import { formatRef } from '../model/kube.ts';
import type { ComponentPlan, Plan } from '../model/plan.ts';
import { applyCommand, invocationOf } from './invocation.ts';
import { codeBlock, codeCell, codeSpan, escapeMarkdown, joinBlocks, markdownTable } from './markdown.ts';
import { actedOn, changeOf, durationsOf, findingsOf, findingTally, objectCounts } from './plan-facts.ts';
import { formatValue } from './value-changes.ts';
import { formatSeconds, formatTime, shortDigest } from './words.ts';

/** A plan for a change request or a merge request: what a board asks, on one page. */
export function renderPlanMarkdown(plan: Plan, options: { readonly invocation?: string | undefined } = {}): string {
  const invocation = options.invocation ?? invocationOf(plan);
  return joinBlocks([
    [`# ${escapeMarkdown(plan.platform.title)}: ${plan.route.map(({ from, to }) => `${from} → ${to}`).join(', ')}`],
    head(plan),
    [verdict(plan)],
    ['## Components'],
    componentTable(plan),
    ['## For the change board'],
    board(plan),
    ...findingBlocks('Blockers', findingsOf(plan, 'blocker')),
    ...findingBlocks('Warnings', findingsOf(plan, 'warning')),
    ...valueBlocks(plan),
    ...unforeseenBlocks(plan),
    ...decisionBlocks(plan),
    ['## Steps'],
    plan.steps.map(
      (step, index) =>
        `${index + 1}. ${escapeMarkdown(step.title)}${step.risk === 'irreversible' ? ' **(no way back from here)**' : ''}`,
    ),
    ['## Next'],
    codeBlock('sh', [
      findingsOf(plan, 'blocker').length > 0 ? `liftlock plan ${invocation}` : applyCommand(plan, invocation),
    ]),
  ]);
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
    ['Component', 'Change', 'Chart', 'Objects', 'Outage', 'Usual', 'At most'],
    plan.components.map((component) => {
      const change = changeOf(component);
      const name = escapeMarkdown(component.name);
      if (component.action === 'none' || component.action === 'skipped') return [name, change, '', '', '', '', ''];
      return [
        name,
        component.action === 'install' ? `**${change}**` : change,
        `${codeCell(component.chart.name)} ${codeCell(shortDigest(component.chart.digest))}`,
        counts(plan, component),
        component.outage.expected ? '**yes**' : 'no',
        component.expectedSeconds === undefined ? '?' : formatSeconds(component.expectedSeconds),
        formatSeconds(component.worstSeconds),
      ];
    }),
  );
}

function counts(plan: Plan, { name }: ComponentPlan): string {
  const numbers = objectCounts(plan, name);
  return numbers === undefined ? 'unknown' : `+${numbers.created} ~${numbers.changed} -${numbers.deleted}`;
}

function board(plan: Plan): string[] {
  const { expected, worst } = durationsOf(plan);
  return [
    `- Duration: ${expected === undefined ? 'not known yet' : `usually ${formatSeconds(expected)}`}, at most ${formatSeconds(worst)} for the components.`,
    ...actedOn(plan).map(({ name, outage, rollback, partlyAt }) => {
      const partly =
        partlyAt === undefined
          ? ''
          : ` It is partly at ${partlyAt.version} (revision ${partlyAt.revision} ${partlyAt.status}).`;
      const noticed = outage.expected ? `users notice: ${escapeMarkdown(outage.why)}` : 'users do not notice';
      return `- ${escapeMarkdown(name)}: ${noticed}. Rollback ${escapeMarkdown(rollback)}.${partly}`;
    }),
  ];
}

function findingBlocks(title: string, findings: readonly Finding[]): string[][] {
  if (findings.length === 0) return [];
  return [
    [`## ${title}`],
    ...findings.flatMap((finding) => [
      [
        `**${finding.code}** ${escapeMarkdown(finding.message)}`,
        ...(finding.object === undefined
          ? []
          : [
              '',
              `On ${codeSpan(formatRef(finding.object))}${finding.field === undefined ? '' : `, field ${codeSpan(finding.field)}`}.`,
            ]),
      ],
      ...finding.remedies.flatMap((remedy) => [
        [`${escapeMarkdown(remedy.title)}${remedy.destructive ? ' **(destroys something)**' : ''}:`],
        remedy.commands.length === 0 ? [] : codeBlock('sh', remedy.commands),
      ]),
    ]),
  ];
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
  return rows.length === 0 ? [] : [['## Values that change'], markdownTable(['Component', 'Key', 'Live', 'New'], rows)];
}

function unforeseenBlocks(plan: Plan): string[][] {
  const { unforeseen } = plan.forecast;
  if (unforeseen.length === 0) return [];
  return [['## Not foreseen'], unforeseen.map(({ what, why }) => `- ${escapeMarkdown(what)}: ${escapeMarkdown(why)}`)];
}

function decisionBlocks(plan: Plan): string[][] {
  if (plan.decisions.length === 0) return [];
  return [
    ['## Decided'],
    plan.decisions.map(
      ({ remedy, by, at, how }) => `- ${codeSpan(remedy)} by ${escapeMarkdown(by)} (${how}), ${formatTime(at)}`,
    ),
  ];
}
