import { counted } from '../model/counted.ts';
import type { Decision, Finding, Severity } from '../model/finding.ts';
import { formatRef } from '../model/kube.ts';
import type { Explain } from './fault-words.ts';
import { commonLadder, groupFindings, ladderOf, type Rung } from './ladder.ts';
import { wrapCommand } from './shell.ts';
import type { Style } from './style.ts';
import { oneLine, plainText, wrapText } from './wrap.ts';

export interface FindingScreen {
  readonly width: number;
  readonly style: Style;
  /** Every finding in full, however many there are of one code. */
  readonly verbose?: boolean | undefined;
  readonly decisions?: readonly Decision[] | undefined;
  readonly explain?: Explain | undefined;
}

const marks: Readonly<Record<Severity, string>> = { blocker: '✗', warning: '!', info: 'i' };
/** From so many on, findings of one code are told together. */
const groupFrom = 3;
/** So many of a group are named. */
const namedOfGroup = 6;
/** Lines of one message, alone and in a group. */
const messageLines = 5;
const memberLines = 3;

/** Findings of one severity: what, on which object, and the ladder of remedies with what to type for each. */
export function renderFindings(findings: readonly Finding[], severity: Severity, screen: FindingScreen): string[] {
  if (findings.length === 0) return [];
  const title = { blocker: 'BLOCKER', warning: 'Warning', info: 'Note' }[severity];
  return [
    painter(severity, screen.style)(counted(findings.length, title, `${title}${severity === 'blocker' ? 'S' : 's'}`)),
    ...groupFindings(findings).flatMap((group) =>
      group.findings.length < groupFrom || screen.verbose === true
        ? group.findings.flatMap((finding) => renderFinding(finding, screen))
        : renderGroup(group.code, group.findings, screen),
    ),
  ];
}

/** The one line that leads on from codes to what is known of them. */
export function explainLine(findings: readonly Finding[], { style, width }: FindingScreen): string[] {
  const [code, ...others] = new Set(findings.map((finding) => finding.code));
  if (code === undefined) return [];
  return wrapText(style.dim(`More of a code: liftlock explain ${others.length === 0 ? code : 'CODE'}`), { width });
}

function painter(severity: Severity, style: Style): (text: string) => string {
  return { blocker: style.bad, warning: style.warn, info: style.accent }[severity];
}

function renderFinding(finding: Finding, screen: FindingScreen): string[] {
  const { style, width } = screen;
  const mark = painter(finding.severity, style)(marks[finding.severity]);
  return [
    ...wrapText(shortened(finding.message, messageLines, screen), { width, first: `  ${mark} `, hanging: '    ' }),
    ...wrapText(style.dim([finding.code, ...whereOf(finding)].join(' · ')), { width, first: '    ' }),
    ...renderLadder(ladderOf(finding, screen.decisions ?? []), screen),
  ];
}

function renderGroup(code: string, findings: readonly Finding[], screen: FindingScreen): string[] {
  const { style, width } = screen;
  const severity = findings[0]?.severity ?? 'info';
  const title = screen.explain?.(code)?.title;
  const ladder = commonLadder(findings, screen.decisions ?? []);
  const named = findings.slice(0, namedOfGroup);
  const left = findings.length - named.length;
  const mark = painter(severity, style)(marks[severity]);
  return [
    ...wrapText(`${style.bold(`${findings.length} × ${code}`)}${title === undefined ? '' : `: ${title}`}`, {
      width,
      first: `  ${mark} `,
      hanging: '    ',
    }),
    ...named.flatMap((finding) => [
      ...wrapText(shortened(finding.message, memberLines, screen), { width, first: '    - ', hanging: '      ' }),
      ...(ladder === undefined ? renderLadder(ladderOf(finding, screen.decisions ?? []), screen, '      ') : []),
    ]),
    ...(left > 0 ? wrapText(style.dim(`and ${left} more: --verbose`), { width, first: '      ' }) : []),
    ...(ladder === undefined ? [] : renderLadder(ladder, screen)),
  ];
}

/** Component, object and field, as far as the finding names them. */
export function whereOf({ component, object, field }: Finding): readonly string[] {
  return [component, object === undefined ? undefined : formatRef(object), field].flatMap((part) =>
    part === undefined || part === '' ? [] : [oneLine(part)],
  );
}

/** The rungs, the least destructive first. */
function renderLadder(rungs: readonly Rung[], screen: FindingScreen, indent = '    '): string[] {
  const { style, width } = screen;
  return rungs.flatMap((rung, index) => {
    const number = rungs.length === 1 ? '→ ' : `${index + 1}. `;
    const inner = indent + ' '.repeat(number.length);
    return [
      ...wrapText(`${oneLine(rung.title)}${rungMarks(rung, style)}`, { width, first: indent + number, hanging: inner }),
      ...(rung.allow.length === 0 || rung.taken !== undefined
        ? []
        : wrapCommand(plainText(rung.allow.join(' ')), width, `${inner}  `).map(style.accent)),
      ...byHand(rung, screen, `${inner}  `),
    ];
  });
}

/** Commands of the operator's own; where a flag does the same, many of them are for the verbose form. */
function byHand({ allow, commands }: Rung, { verbose, width, style }: FindingScreen, indent: string): string[] {
  const lines = commands.flatMap((command) => wrapCommand(plainText(command), width, indent).map(style.accent));
  if (allow.length === 0 || lines.length === 0) return lines;
  if (commands.length > 1 && verbose !== true)
    return [`${indent}${style.dim(`or by hand, ${commands.length} commands: --verbose`)}`];
  return [`${indent}${style.dim('or by hand:')}`, ...lines];
}

/** What must not be overlooked of a rung, in words: colour says nothing alone. */
export function rungWords({ destructive, taken }: Rung): readonly string[] {
  return [
    ...(destructive ? ['DESTRUCTIVE'] : []),
    ...(taken === undefined ? [] : [taken.how === 'default' ? 'taken by this plan' : `chosen by ${oneLine(taken.by)}`]),
  ];
}

function rungMarks(rung: Rung, style: Style): string {
  return rungWords(rung)
    .map((word) => `  [${word === 'DESTRUCTIVE' ? style.bad(word) : style.good(word)}]`)
    .join('');
}

/**
 * API servers answer with whole objects, and with their reason behind them: of a long message the begin and the end are
 * shown.
 */
function shortened(message: string, lines: number, { width, verbose }: FindingScreen): string {
  const text = plainText(message);
  const room = lines * Math.max(20, width - 8);
  if (verbose === true || text.length <= room) return text;
  const words = text.split(/(?<=\s)/);
  const take = (from: readonly string[], length: number) => {
    const taken: string[] = [];
    for (const word of from) {
      if (taken.join('').length + word.length > length) break;
      taken.push(word);
    }
    return taken;
  };
  const begin = take(words, room * 0.6)
    .join('')
    .trimEnd();
  const end = take(words.toReversed(), room * 0.35)
    .toReversed()
    .join('');
  return `${begin} […] ${end}`;
}
