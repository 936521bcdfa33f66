import { codeBlock, codeSpan, escapeMarkdown, joinBlocks, markdownTable } from './markdown.ts';
import { facts, outcomeOf, whatIsLeft } from './report-facts.ts';
import { routeOf, stepWord, type RunRecord } from './run-record.ts';
import { formatSeconds } from './words.ts';

/** The report as a page for a ticket. */
export function renderReportMarkdown(run: RunRecord): string {
  const troubles = run.steps.flatMap(({ step, faults, problem }) => [
    ...faults.map(
      ({ code, object, message }) =>
        `- ${codeSpan(step.id)} **${code}** ${escapeMarkdown(`${object.kind} ${object.name}: ${message}`)}`,
    ),
    ...(problem === undefined ? [] : [`- ${codeSpan(step.id)} **${problem.code}** ${escapeMarkdown(problem.message)}`]),
  ]);
  const left = whatIsLeft(run);
  return joinBlocks([
    [`# ${escapeMarkdown(run.plan?.platform.title ?? run.purpose)} ${routeOf(run)}: ${escapeMarkdown(outcomeOf(run))}`],
    facts(run).map(
      ([label, text]) => `- ${label}: ${label === 'plan' ? codeSpan(run.plan?.digest ?? '') : escapeMarkdown(text)}`,
    ),
    ['## Steps'],
    markdownTable(
      ['Outcome', 'Step', 'At', 'Act', 'Health', 'Writes', 'Note'],
      run.steps.map((record) => [
        record.phase === 'settled' ? stepWord(record) : `**${stepWord(record)}**`,
        escapeMarkdown(record.step.title),
        record.startedAt ?? '',
        record.actSeconds === 0 ? '' : formatSeconds(record.actSeconds),
        record.confirmSeconds === 0 ? '' : formatSeconds(record.confirmSeconds),
        record.writes === 0 ? '' : String(record.writes),
        escapeMarkdown(record.note),
      ]),
    ),
    ...(troubles.length === 0 ? [] : [['## What went wrong'], troubles]),
    ...(left === ''
      ? []
      : [['## What is left'], [escapeMarkdown(left)], codeBlock('sh', [`liftlock resume ${run.run}`])]),
  ]);
}
