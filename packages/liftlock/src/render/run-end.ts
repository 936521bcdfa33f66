import { counted } from '../model/counted.ts';
import { formatRef } from '../model/kube.ts';
import type { Platform } from '../model/platform.ts';
import { waitingCodes } from '../model/stopped.ts';
import { isUndo } from '../model/step.ts';
import { evidenceLines, nextCommands, renderFault } from './fault-screen.ts';
import type { Explain } from './fault-words.ts';
import { rotateCommand } from './invocation.ts';
import { renderAdvice } from './problem.ts';
import { afterWayBack } from './report-facts.ts';
import { hopTitle } from './route-words.ts';
import {
  allRecords,
  doneComponents,
  hopsToCome,
  isNotVerified,
  isUncalled,
  routeOf,
  runSeconds,
  totalWrites,
  type RunRecord,
  type StepRecord,
} from './run-record.ts';
import { causeOf } from './run-view.ts';
import { wrapCommand } from './shell.ts';
import { makeStyle, type Style } from './style.ts';
import { formatSeconds, listed } from './words.ts';
import { plainText, wrapText } from './wrap.ts';

export interface RunEndView {
  readonly width: number;
  readonly color: boolean;
  readonly explain?: Explain | undefined;
}

/** The last screen of a run: what it came to, and what to type next. */
export function renderRunEnd(state: RunRecord, platform: Platform, view: RunEndView): string {
  const style = makeStyle(view.color);
  const width = Math.max(30, view.width);
  if (state.status === 'finished') return finished(state, platform, style, width);
  const failed = state.steps.find(({ phase }) => phase === 'failed');
  if (failed === undefined) return paused(state, style, width) + deleted(state, style, width);
  const done = doneComponents(state);
  const cause = causeOf(failed.faults);
  const code = cause?.code ?? failed.problem?.code ?? '';
  const rotate =
    state.plan === undefined ? `liftlock credentials rotate ${platform.metadata.name}` : rotateCommand(state.plan);
  if (waitingCodes.includes(code)) return waitsOutside(state, failed, style, width);
  const next = nextCommands(state.run, rotate, code, !isUninstalled(state));
  if (cause !== undefined) {
    const fault = renderFault(
      // After the end no grace is left to count down.
      { ...cause, isCertain: true },
      {
        ...view,
        step: failed.step.id,
        touched: failed.touched,
        writes: failed.writes,
        done,
        troubleshooting: platform.troubleshooting,
        next,
        evidence: state.evidence,
      },
    );
    return fault + wayBack(state, style, width) + deleted(state, style, width);
  }
  return (
    failedWithoutCause(state, failed, done, next, style, width) +
    wayBack(state, style, width) +
    deleted(state, style, width)
  );
}

/** What became of the rollback on failure, where there was one (O3). */
function wayBack(state: RunRecord, style: Style, width: number): string {
  const back = state.steps.find(({ step, phase }) => isUndo(step) && phase !== 'todo');
  if (back === undefined || back.step.kind !== 'helm-rollback') return '';
  const { component, version } = back.step;
  const words =
    back.phase === 'settled'
      ? style.good(`✓ After that, ${component} was returned to ${version}: ${plainText(back.note)}.`)
      : style.bad(`✗ ${component} could not be returned to ${version}: ${plainText(back.problem?.message ?? '')}`);
  return lines(['', ...wrapText(words, { width, first: '  ', hanging: '    ' })]);
}

/** Objects that were deleted for the upgrade to make anew, while that is not done: whoever stops here has to know. */
function deleted({ run, steps }: RunRecord, style: Style, width: number): string {
  const away = steps.flatMap(({ step, phase, touched }, index) => {
    if (step.kind !== 'replace-object' || (touched === 'no' && phase !== 'acting')) return [];
    const isLanded = steps
      .slice(index)
      .some(
        (other) =>
          other.step.kind === 'helm-upgrade' && other.step.component === step.component && other.phase === 'settled',
      );
    return isLanded ? [] : [step.object];
  });
  return away
    .map((object) =>
      lines([
        '',
        ...wrapText(
          style.warn(
            `! ${formatRef(object)} was deleted for the upgrade to make anew, and may be away now. To put it back without the upgrade:`,
          ),
          { width, first: '  ', hanging: '    ' },
        ),
        ...wrapCommand(
          `liftlock restore ${run} --only ${object.kind.toLowerCase()}/${object.name}`,
          width,
          '      ',
        ).map(style.accent),
      ]),
    )
    .join('');
}

function finished(state: RunRecord, platform: Platform, style: Style, width: number): string {
  const hop = routeOf(state);
  const seconds = runSeconds(state) ?? 0;
  const writes = totalWrites(state);
  return lines([
    ...wrapText(
      style.good(
        `✓ ${platform.metadata.title} ${hop}: ${counted(allRecords(state).length, 'step')} done in ${formatSeconds(seconds)}, ${counted(writes, 'write')} to the cluster.`,
      ),
      {
        width,
        hanging: '  ',
      },
    ),
    ...notVerified(state, style, width),
    ...afterWayBack(state).flatMap((line) =>
      wrapText(plainText(line), { width, first: `  ${style.warn('!')} `, hanging: '    ' }),
    ),
    '',
    `  ${style.dim('the report:')}`,
    style.accent(`    liftlock report ${state.run}`),
  ]);
}

/** A green line must not hide what nobody has looked at. */
function notVerified(state: RunRecord, style: Style, width: number): string[] {
  return allRecords(state)
    .filter(isNotVerified)
    .flatMap(({ step, note }) =>
      wrapText(`${step.title}: ${plainText(note)}`, { width, first: `  ${style.warn('?')} `, hanging: '    ' }),
    );
}

function paused(state: RunRecord, style: Style, width: number): string {
  const called = state.steps.filter((record) => !isUncalled(record));
  const left = called.filter(({ phase }) => phase !== 'settled').length;
  return lines([
    ...wrapText(
      style.warn(
        `! Stopped${state.stopReason === undefined ? '' : `: ${state.stopReason}`}. ${leftWords(state, left, called.length)}`,
      ),
      {
        width,
        hanging: '  ',
      },
    ),
    ...touchedLines(state, style, width),
    '',
    `  ${style.bold('Next')}`,
    style.accent(`    liftlock resume ${state.run}`),
  ]);
}

/** Between two hops everything is at a version in between, and whole. */
function leftWords(state: RunRecord, left: number, all: number): string {
  const hops = hopsToCome(state);
  const then = hops.length === 0 ? '' : `${counted(hops.length, 'hop')} left: ${hops.join(', ')}.`;
  if (left > 0 || hops.length === 0 || state.plan === undefined)
    return [`${counted(left, 'step')} of ${all} left.`, then === '' ? '' : `After that, ${then}`]
      .filter(Boolean)
      .join(' ');
  return `${hopTitle(state.plan)} is finished. ${then}`;
}

function waitsOutside(state: RunRecord, failed: StepRecord, style: Style, width: number): string {
  const { problem, step } = failed;
  return lines([
    ...wrapText(`${style.bold('The run stays open')}: ${plainText(problem?.message ?? '')}`, {
      width,
      first: `${style.warn('!')} `,
    }),
    ...wrapText(style.dim([problem?.code ?? '', step.id].join('  ')), { width, first: '  ' }),
    ...renderAdvice(problem?.advice ?? [], style, width),
    '',
    `  ${style.bold('Next')}`,
    `    ${style.dim('look again, and go on:')}`,
    style.accent(`      liftlock resume ${state.run}`),
  ]);
}

/** helm has no revision left to go back to. */
function isUninstalled({ steps }: RunRecord): boolean {
  return steps.some(({ step, phase }) => step.kind === 'helm-uninstall' && phase === 'settled');
}

function touchedLines(state: RunRecord, style: Style, width: number): string[] {
  const writes = totalWrites(state);
  const isUnknown = state.steps.some(({ phase, touched }) => phase === 'acting' || touched === 'unknown');
  const words = isUnknown
    ? style.bad('Whether the step that ran has changed the cluster is not known.')
    : writes === 0
      ? style.good('Nothing was changed in the cluster.')
      : style.warn(
          `The cluster accepted ${counted(writes, 'write')}; finished: ${listed(doneComponents(state)) || 'no component'}${inHop(state)}.`,
        );
  return wrapText(words, { width, first: '  ' });
}

/** Of several hops, the one that the components are told of. */
function inHop({ plan }: RunRecord): string {
  return plan === undefined || plan.route.length < 2 ? '' : ` of ${hopTitle(plan)}`;
}

function failedWithoutCause(
  state: RunRecord,
  failed: StepRecord,
  done: readonly string[],
  next: ReturnType<typeof nextCommands>,
  style: Style,
  width: number,
): string {
  const { problem } = failed;
  const touched = {
    no: style.good('This step wrote nothing to the cluster.'),
    yes: style.warn(`The cluster accepted ${counted(failed.writes, 'write')} of this step.`),
    unknown: style.bad('Whether this step has changed the cluster is not known.'),
  }[failed.touched];
  const before = (state.hops ?? []).map(({ plan }) => hopTitle(plan));
  const rest = [...before, ...done].length === 0 ? '' : ` Finished before it: ${listed([...before, ...done])}.`;
  return lines([
    ...wrapText(
      `${style.bold(`${failed.step.title} failed`)}: ${plainText(problem?.message ?? state.stopReason ?? '')}`,
      {
        width,
        first: `${style.bad('✗')} `,
      },
    ),
    ...wrapText(style.dim([problem?.code ?? '', failed.step.id].filter((part) => part !== '').join('  ')), {
      width,
      first: '  ',
    }),
    ...wrapText(touched + rest, { width, first: '  ' }),
    ...(state.evidence === undefined ? [] : evidenceLines(state.evidence, '  ')),
    ...renderAdvice(problem?.advice ?? [], style, width),
    '',
    `  ${style.bold('Next')}`,
    ...next.flatMap(({ why, command }) => [
      `    ${style.dim(`${why}:`)}`,
      ...wrapCommand(command, width, '      ').map(style.accent),
    ]),
  ]);
}

function lines(content: readonly string[]): string {
  return `${content.join('\n')}\n`;
}
