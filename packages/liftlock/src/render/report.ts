import { afterWayBack, facts, outcomeOf, whatIsLeft } from './report-facts.ts';
import { renderReportMarkdown } from './report-markdown.ts';
import { hopTitle } from './route-words.ts';
import {
  allRecords,
  hopRecords,
  isNotVerified,
  routeOf,
  runSeconds,
  stepWord,
  totalWrites,
  touchedByRun,
  type HopRecord,
  type RunRecord,
  type StepRecord,
} from './run-record.ts';
import { causeOf } from './run-view.ts';
import { makeStyle, type Style } from './style.ts';
import { renderPairs, renderTable } from './table.ts';
import { formatSeconds } from './words.ts';
import { oneLine, wrapText } from './wrap.ts';

export interface ReportView {
  readonly width: number;
  readonly color: boolean;
}

/** A run afterwards: who, when, what was done, how long it took, what went wrong, what is left. */
export function renderReport(
  run: RunRecord,
  format: 'text' | 'md' | 'json',
  view: ReportView = { width: 100, color: false },
): string {
  switch (format) {
    case 'text':
      return renderText(run, view);
    case 'md':
      return renderReportMarkdown(run);
    case 'json':
      return `${JSON.stringify(reportData(run), undefined, 2)}\n`;
  }
}

/** The report for machines. */
export function reportData(run: RunRecord) {
  return {
    apiVersion: 'liftlock.dev/v1alpha1',
    kind: 'Report',
    run: run.run,
    purpose: run.purpose,
    status: run.status,
    stopReason: run.stopReason,
    who: run.who,
    ticket: run.ticket,
    rollbackOf: run.rollbackOf,
    startedAt: run.startedAt,
    endedAt: run.endedAt,
    seconds: runSeconds(run),
    resumes: run.resumes,
    platform: run.plan?.platform,
    site: run.plan?.site,
    cluster: run.plan?.cluster,
    route: run.plan?.route,
    planDigest: run.plan?.digest,
    affirmations: run.plan?.affirmations,
    decisions: run.decisions,
    touched: touchedByRun(run),
    writes: totalWrites(run),
    hop: run.plan?.hop,
    steps: hopRecords(run).flatMap(({ plan, steps }) =>
      steps.map(
        ({ step, phase, note, touched, writes, actSeconds, confirmSeconds, startedAt, faults, problem, details }) => ({
          hop: plan.hop,
          id: step.id,
          kind: step.kind,
          component: step.component,
          title: step.title,
          phase,
          note,
          touched,
          writes,
          startedAt,
          actSeconds,
          confirmSeconds,
          faults,
          problem,
          details,
        }),
      ),
    ),
    evidence: run.evidence,
  };
}

function renderText(run: RunRecord, { width, color }: ReportView): string {
  const style = makeStyle(color);
  const paint = run.status === 'finished' ? style.good : style.bad;
  const head = wrapText(
    `${style.bold(`${run.plan?.platform.title ?? run.purpose} ${routeOf(run)}`)}  ${paint(outcomeOf(run))}`,
    { width },
  );
  const blocks = [
    [...head, ...renderPairs(facts(run), width, style)],
    ...hopRecords(run).map((hop) => stepTable(hop, width, style)),
    troubles(run, width, style),
    wayBack(run, width, style),
    leftOver(run, width, style),
  ];
  return `${blocks
    .filter((block) => block.length > 0)
    .map((block) => block.join('\n'))
    .join('\n\n')}\n`;
}

function stepTable({ plan, steps }: HopRecord, width: number, style: Style): string[] {
  const rows = steps.map((record) => [
    paintWord(record, style),
    record.step.title,
    record.startedAt === undefined ? '' : new Date(record.startedAt).toISOString().slice(11, 19),
    record.actSeconds === 0 ? '' : formatSeconds(record.actSeconds),
    record.confirmSeconds === 0 ? '' : formatSeconds(record.confirmSeconds),
    record.writes === 0 ? '' : String(record.writes),
  ]);
  const columns = [
    { title: 'OUTCOME' },
    { title: 'STEP', shrinkTo: 16 },
    { title: 'AT (UTC)' },
    { title: 'ACT', align: 'right' as const },
    { title: 'HEALTH', align: 'right' as const },
    { title: 'WRITES', align: 'right' as const },
  ];
  if (rows.length === 0) return [];
  const title = plan.route.length > 1 ? [style.bold(hopTitle(plan))] : [];
  return [...title, ...renderTable(columns, rows, width, style)];
}

function paintWord(record: StepRecord, style: Style): string {
  const word = stepWord(record);
  if (isNotVerified(record)) return style.warn(word);
  if (record.phase === 'settled') return style.good(word);
  return record.phase === 'failed' || record.phase === 'acting' ? style.bad(word) : style.dim(word);
}

function troubles(run: RunRecord, width: number, style: Style): string[] {
  const lines = allRecords(run).flatMap(({ step, faults, problem }) => {
    const cause = causeOf(faults);
    const text =
      cause === undefined
        ? problem
        : { code: cause.code, message: `${cause.object.kind} ${cause.object.name}: ${cause.message}` };
    return text === undefined
      ? []
      : wrapText(`${style.bold(step.id)}  ${text.code}: ${oneLine(text.message)}`, {
          width,
          first: '  ',
          hanging: '    ',
        });
  });
  return lines.length === 0 ? [] : [style.bold('What went wrong'), ...lines];
}

function wayBack(run: RunRecord, width: number, style: Style): string[] {
  const lines = afterWayBack(run).flatMap((line) => wrapText(oneLine(line), { width, first: '  ', hanging: '    ' }));
  return lines.length === 0 ? [] : [style.bold('After the way back'), ...lines];
}

function leftOver(run: RunRecord, width: number, style: Style): string[] {
  const left = whatIsLeft(run);
  if (left === '') return [];
  return [
    style.bold('What is left'),
    ...wrapText(left, { width, first: '  ' }),
    '',
    style.accent(`  liftlock resume ${run.run}`),
  ];
}
