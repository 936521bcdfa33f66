import { counted } from '../model/counted.ts';
import type { Fault } from '../model/journal.ts';
import { formatRef } from '../model/kube.ts';
import type { Trouble } from '../model/platform.ts';
import type { Touched } from '../model/problem.ts';
import { faultClass, isAboutCredentials, titleOf, whatToDo, type Explain } from './fault-words.ts';
import { wrapCommand } from './shell.ts';
import { makeStyle, type Style } from './style.ts';
import { renderPairs } from './table.ts';
import { formatSeconds, registryOf } from './words.ts';
import { oneLine, plainText, truncate, wrapText } from './wrap.ts';

export interface FaultView {
  readonly width: number;
  readonly color: boolean;
  /** The step that stopped, for people. */
  readonly step?: string | undefined;
  /** Undefined while the step still runs. */
  readonly touched?: Touched | undefined;
  /** Writes that the API server accepted. */
  readonly writes?: number | undefined;
  /** Components that this run has finished; they stay as they are. */
  readonly done?: readonly string[] | undefined;
  readonly explain?: Explain | undefined;
  readonly troubleshooting?: readonly Trouble[] | undefined;
  /** What to type to go on, back, or to change the key; shown in this order. */
  readonly next: readonly { readonly why: string; readonly command: string }[];
  readonly evidence?: string | undefined;
}

/**
 * The commands that lead on from a stopped run.
 * @param rotate the command that renews the site's key
 */
export function nextCommands(run: string, rotate: string, code: string, canGoBack = true): FaultView['next'] {
  return [
    ...(isAboutCredentials(code) ? [{ why: 'put a new key in place', command: rotate }] : []),
    { why: 'go on from here once the cause is gone', command: `liftlock resume ${run}` },
    canGoBack
      ? { why: 'or return to the former versions', command: `liftlock rollback ${run}` }
      : { why: 'or put back one of the objects that were kept', command: `liftlock restore ${run}` },
  ];
}

/** The most important screen: what is wrong, where, what to do, was anything touched, what to type. */
export function renderFault(fault: Fault, view: FaultView): string {
  const style = makeStyle(view.color);
  const width = Math.max(30, view.width);
  const sections = [
    title(fault, view, style, width),
    facts(fault, view, style, width),
    logLines(fault, style, width),
    todo(fault, view, style, width),
    aftermath(view, style, width),
  ];
  return `${sections
    .filter((section) => section.length > 0)
    .map((section) => section.join('\n'))
    .join('\n\n')}\n`;
}

function title(fault: Fault, view: FaultView, style: Style, width: number): string[] {
  const state = fault.isCertain ? style.bad('✗') : style.warn('!');
  const words = style.bold(titleOf(fault.code, view.explain));
  const certainty = fault.isCertain ? '' : style.warn(`  may mend itself: ${formatSeconds(fault.graceSeconds)} left`);
  const where = view.step === undefined ? '' : style.dim(`  ${view.step}`);
  return wrapText(`${words}${certainty}${where}`, { width, first: `${state} `, hanging: '  ' });
}

function facts(fault: Fault, view: FaultView, style: Style, width: number): string[] {
  const since = fault.since === undefined ? undefined : `${new Date(fault.since).toISOString().slice(11, 19)} UTC`;
  const meaning = view.explain?.(fault.code)?.meaning;
  const rows: (readonly [string, string | undefined])[] = [
    [fault.object.kind.toLowerCase(), formatRef(fault.object).slice(fault.object.kind.length + 1)],
    ['container', fault.container],
    ['image', fault.image],
    ['registry', fault.image === undefined ? undefined : registryOf(fault.image)],
    ['class', `${faultClass(fault.code)}  ${style.dim(fault.code)}`],
    ['since', since],
    ['field', fault.field],
    ['message', plainText(fault.message).trim()],
    ['meaning', meaning],
  ];
  const known = rows.flatMap(([label, text]) => (text === undefined || text === '' ? [] : [[label, text] as const]));
  return renderPairs(known, width, style, '  ');
}

function logLines(fault: Fault, style: Style, width: number): string[] {
  if (fault.lines.length === 0) return [];
  return [
    `  ${style.dim('its last lines')}`,
    ...fault.lines.slice(-12).map((line) => `  ${style.dim('│')} ${truncate(oneLine(line), width - 4)}`),
  ];
}

function todo(fault: Fault, view: FaultView, style: Style, width: number): string[] {
  const advice = whatToDo(fault.code, view.explain, view.troubleshooting);
  const [first] = fault.remedies ?? [];
  if (advice.length === 0 && first === undefined) return [];
  // What comes next is said below; a command that shows more stands with what to do.
  const commands = (first?.commands ?? []).filter((command) => !command.startsWith('liftlock '));
  return [
    `  ${style.bold('What to do')}`,
    ...(first === undefined ? [] : wrapText(`${plainText(first.title)}.`, { width, first: '    ' })),
    ...commands.flatMap((command) => wrapCommand(plainText(command), width, '      ').map(style.accent)),
    ...advice.flatMap((line, index) =>
      wrapText(plainText(line), { width, first: advice.length === 1 ? '    ' : `    ${index + 1}. ` }),
    ),
  ];
}

function aftermath(view: FaultView, style: Style, width: number): string[] {
  const lines: string[] = [];
  if (view.touched !== undefined) {
    const words = {
      no: style.good('No: this step wrote nothing to the cluster.'),
      yes: style.warn(`Yes: the cluster accepted ${writesOf(view.writes)} of this step.`),
      unknown: style.bad('Not known: look before you go on (liftlock status).'),
    }[view.touched];
    const done = view.done ?? [];
    const rest = done.length === 0 ? '' : ` Finished before it and left as they are: ${done.join(', ')}.`;
    lines.push(`  ${style.bold('Was the cluster touched?')}`, ...wrapText(words + rest, { width, first: '    ' }));
  }
  if (view.evidence !== undefined) {
    lines.push(...evidenceLines(view.evidence, '    '));
  }
  if (view.next.length > 0) {
    if (lines.length > 0) lines.push('');
    lines.push(`  ${style.bold('Next')}`);
    for (const { why, command } of view.next) {
      lines.push(...wrapText(style.dim(`${why}:`), { width, first: '    ' }));
      lines.push(...wrapCommand(command, width, '      ').map(style.accent));
    }
  }
  return lines;
}

/** Where the evidence lies. The path is never broken: people copy it. */
export function evidenceLines(file: string, indent: string): readonly string[] {
  return [`${indent}Evidence is kept in`, `${indent}  ${file}`];
}

function writesOf(writes: number | undefined): string {
  if (writes === undefined || writes === 0) return 'writes';
  return counted(writes, 'write');
}
