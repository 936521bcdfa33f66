import { codeBlock, codeSpan, escapeMarkdown, joinBlocks, markdownTable } from './markdown.ts';
import { afterWayBack, facts, outcomeOf, whatIsLeft } from './report-facts.ts';
import { hopTitle } from './route-words.ts';
import { allRecords, hopRecords, routeOf, stepWord, type RunRecord, type StepRecord } from './run-record.ts';
import { formatSeconds } from './words.ts';

/** The report as a page for a ticket. */
export function renderReportMarkdown(run: RunRecord): string {
  const troubles = allRecords(run).flatMap(({ step, faults, problem }) => [
    ...faults.map(
      ({ code, object, message }) =>
        `- ${codeSpan(step.id)} **${code}** ${escapeMarkdown(`${object.kind} ${object.name}: ${message}`)}`,
    ),
    ...(problem === undefined ? [] : [`- ${codeSpan(step.id)} **${problem.code}** ${escapeMarkdown(problem.message)}`]),
  ]);
  const left = whatIsLeft(run);
  const back = afterWayBack(run);
  return joinBlocks([
    [`# ${escapeMarkdown(run.plan?.platform.title ?? run.purpose)} ${routeOf(run)}: ${escapeMarkdown(outcomeOf(run))}`],
    facts(run).map(
      ([label, text]) => `- ${label}: ${label === 'plan' ? codeSpan(run.plan?.digest ?? '') : escapeMarkdown(text)}`,
    ),
    ...hopRecords(run).flatMap(({ plan, steps }) => [
      [plan.route.length > 1 ? `## Steps of ${hopTitle(plan)}` : '## Steps'],
      stepTable(steps),
    ]),
    ...(troubles.length === 0 ? [] : [['## What went wrong'], troubles]),
    ...(back.length === 0 ? [] : [['## After the way back'], back.map((line) => `- ${escapeMarkdown(line)}`)]),
    ...(left === ''
      ? []
      : [['## What is left'], [escapeMarkdown(left)], codeBlock('sh', [`liftlock resume ${run.run}`])]),
  ]);
}

function stepTable(steps: readonly StepRecord[]): string[] {
  return markdownTable(
    ['Outcome', 'Step', 'At', 'Act', 'Health', 'Writes', 'Note'],
    steps.map((record) => [
      record.phase === 'settled' ? stepWord(record) : `**${stepWord(record)}**`,
      escapeMarkdown(record.step.title),
      record.startedAt ?? '',
      record.actSeconds === 0 ? '' : formatSeconds(record.actSeconds),
      record.confirmSeconds === 0 ? '' : formatSeconds(record.confirmSeconds),
      record.writes === 0 ? '' : String(record.writes),
      escapeMarkdown(record.note),
    ]),
  );
}
