import { counted } from '../model/counted.ts';
import type { Fault } from '../model/journal.ts';
import type { Progress, WorkloadProgress } from '../model/progress.ts';
import { faultClass, titleOf, type Explain } from './fault-words.ts';
import { isUndo } from '../model/step.ts';
import type { RunView, StepView } from './run-view.ts';
import type { Style } from './style.ts';
import { formatClock, formatSeconds } from './words.ts';
import { oneLine, padEnd, truncate, visibleWidth, wrapText } from './wrap.ts';
import { routeAndHop } from './route-words.ts';

export interface FrameOptions {
  readonly width: number;
  readonly height: number;
  readonly style: Style;
  readonly explain?: Explain | undefined;
}

/** One picture of a run: a line a step, and what moves below the one that runs. Never higher than the terminal. */
export function renderFrame(
  whole: RunView,
  progress: Progress | undefined,
  now: Date,
  options: FrameOptions,
): string[] {
  // Steps for the case that another fails show when they are called for.
  const view = { ...whole, steps: whole.steps.filter(({ step, look }) => !isUndo(step) || look !== 'waiting') };
  const current = view.steps.find(({ look }) => look !== 'done' && look !== 'waiting');
  // A step that failed moves no more; what it came to is the next screen's.
  const own =
    progress !== undefined && progress.step === current?.step.id && current.look !== 'failed' ? progress : undefined;
  const head = frameHead(view, now, options);
  const details = current === undefined ? [] : currentDetails(current, own, options);
  const full = [
    head,
    ...view.steps.flatMap((step) => [stepLine(step, own, now, options), ...(step === current ? details : [])]),
  ];
  const lines = full.length <= options.height ? full : squeezed(view, current, details, head, own, now, options);
  return lines.slice(0, options.height).map((line) => truncate(line.trimEnd(), options.width));
}

function frameHead(view: RunView, now: Date, { width, style }: FrameOptions): string {
  const done = view.steps.filter(({ look }) => look === 'done').length;
  const end = view.endedAt === undefined ? now.getTime() : Date.parse(view.endedAt);
  const elapsed = view.startedAt === undefined ? 0 : (end - Date.parse(view.startedAt)) / 1000;
  const hop = routeAndHop(view.plan);
  const right = `${done}/${view.steps.length} steps  ${formatClock(elapsed)}`;
  const left = truncate(`${view.plan.platform.title} ${hop} · ${view.plan.site.name}`, width - visibleWidth(right) - 2);
  return `${style.bold(padEnd(left, width - visibleWidth(right)))}${style.dim(right)}`;
}

function stepLine(step: StepView, progress: Progress | undefined, now: Date, { width, style }: FrameOptions): string {
  const [glyph, paint] = {
    waiting: ['·', style.dim],
    looking: ['▸', style.accent],
    held: ['‖', style.warn],
    running: ['▶', style.accent],
    checking: ['◆', style.accent],
    done: step.isNotVerified ? ['?', style.warn] : ['✓', style.good],
    failed: ['✗', style.bad],
  }[step.look] as [string, (text: string) => string];
  const right = stepTime(step, progress, now, style);
  const words =
    step.look === 'waiting'
      ? style.dim(step.step.title)
      : step.look === 'done'
        ? step.step.title
        : style.bold(step.step.title);
  const room = width - visibleWidth(right) - 3;
  return `${paint(glyph)} ${padEnd(truncate(words, room), room)} ${right}`;
}

function stepTime(step: StepView, progress: Progress | undefined, now: Date, style: Style): string {
  if (step.look === 'waiting') return '';
  if (step.isNotVerified) return style.warn('not verified');
  if (step.look === 'done') return style.dim(step.wasDone ? 'was so' : formatSeconds(step.seconds));
  if (step.look === 'failed') return style.bad('failed');
  const since = step.startedAt === undefined ? 0 : (now.getTime() - Date.parse(step.startedAt)) / 1000;
  const elapsed = step.look === 'running' && progress !== undefined ? progress.elapsedSeconds : since;
  const timeout = progress?.timeoutSeconds ?? 0;
  if (step.look !== 'running' || timeout === 0) return formatClock(elapsed);
  const left = timeout - elapsed;
  const words = `${formatClock(elapsed)}, ${formatClock(left)} left`;
  return left < timeout / 5 ? style.warn(words) : words;
}

function currentDetails(step: StepView, progress: Progress | undefined, options: FrameOptions): string[] {
  const { style, width } = options;
  const faults = progress?.faults ?? (step.look === 'failed' ? [] : step.faults);
  const isHelm = step.step.kind === 'helm-upgrade' || step.step.kind === 'helm-rollback';
  const note =
    step.look === 'checking' && isHelm
      ? 'helm is done; watching whether it stays healthy'
      : step.look === 'looking'
        ? ''
        : step.note;
  const helm = oneLine(progress?.helmLine ?? '');
  return [
    ...(note === '' ? [] : wrapText(style.dim(oneLine(note)), { width, first: '    ' })),
    // What is wrong comes first: on a low terminal the rest is cut.
    ...faults.flatMap((fault) => faultCard(fault, options)),
    ...(progress?.workloads ?? []).flatMap((workload) => workloadLines(workload, progress?.workloads ?? [], options)),
    ...(helm === '' || faults.length > 0 ? [] : [`    ${style.dim(`helm: ${helm}`)}`]),
  ];
}

function workloadLines(
  workload: WorkloadProgress,
  all: readonly WorkloadProgress[],
  { style, width }: FrameOptions,
): string[] {
  const label = Math.min(
    Math.max(...all.map(({ name, kind }) => name.length + kind.length + 1)),
    Math.max(16, width - 46),
  );
  const name = padEnd(truncate(`${workload.kind} ${workload.name}`, label), label);
  const { desired, updated, ready, message } = workload;
  const isReady = ready >= desired && updated >= desired;
  const numbers = `${updated}/${desired} new, ${ready}/${desired} ready`;
  const line = `    ${name} ${bar(workload, style)} ${isReady ? style.good(numbers) : numbers}`;
  const waits = oneLine(message);
  return waits === '' || isReady ? [line] : [line, `      ${style.dim(waits)}`];
}

/** Ready pods full, new but not ready ones half, the rest empty. */
function bar({ desired, updated, ready }: WorkloadProgress, style: Style): string {
  const cells = 10;
  if (desired <= 0) return style.dim('─'.repeat(cells));
  const full = Math.min(cells, Math.floor((Math.min(ready, updated) / desired) * cells));
  const half = Math.min(cells - full, Math.ceil((updated / desired) * cells) - full);
  return (
    style.good('█'.repeat(full)) +
    style.warn('▒'.repeat(Math.max(0, half))) +
    style.dim('░'.repeat(cells - full - Math.max(0, half)))
  );
}

/** A fault while the run goes on: the cause at once, with what is left of its grace. The whole screen comes at the end. */
export function faultCard(fault: Fault, { style, width, explain }: FrameOptions): string[] {
  const state = fault.isCertain
    ? style.bad('certain: ending the wait')
    : style.warn(`may mend itself, ${formatSeconds(fault.graceSeconds)} left`);
  const mark = fault.isCertain ? style.bad('✗') : style.warn('!');
  const where = [
    `${fault.object.kind} ${fault.object.name}`,
    fault.container === undefined ? '' : `container ${fault.container}`,
  ].filter((part) => part !== '');
  const message = oneLine(fault.message);
  return [
    ...wrapText(`${style.bold(titleOf(fault.code, explain))} · ${faultClass(fault.code)} · ${state}`, {
      width,
      first: `    ${mark} `,
      hanging: '      ',
    }),
    `      ${where.join(', ')}`,
    ...(fault.image === undefined ? [] : [`      ${fault.image}`]),
    ...wrapText(message, { width, first: '      ' }).slice(0, 3),
    ...fault.lines.slice(-3).map((line) => `      ${style.dim(`│ ${oneLine(line)}`)}`),
  ];
}

/** For low terminals: what is done and what is to come in a line each; the running step keeps what fits. */
function squeezed(
  view: RunView,
  current: StepView | undefined,
  details: readonly string[],
  head: string,
  progress: Progress | undefined,
  now: Date,
  options: FrameOptions,
): string[] {
  const { style, height } = options;
  const done = view.steps.filter(({ look }) => look === 'done').length;
  const waiting = view.steps.filter(({ look }) => look === 'waiting').length;
  const before = [head, ...(done > 0 ? [`${style.good('✓')} ${counted(done, 'step')} done`] : [])];
  const after = waiting > 0 ? [style.dim(`· ${counted(waiting, 'step')} to come`)] : [];
  const line = current === undefined ? [] : [stepLine(current, progress, now, options)];
  const room = Math.max(0, height - before.length - line.length - after.length);
  const kept =
    details.length > room
      ? [...details.slice(0, Math.max(0, room - 1)), style.dim(`    … ${details.length - room + 1} more`)]
      : details;
  return [...before, ...line, ...(room === 0 ? [] : kept), ...after];
}
