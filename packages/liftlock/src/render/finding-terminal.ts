import type { Finding, Severity } from '../model/finding.ts';
import { formatRef } from '../model/kube.ts';
import { wrapCommand } from './shell.ts';
import type { Style } from './style.ts';
import { count } from './words.ts';
import { oneLine, plainText, wrapText } from './wrap.ts';

interface FindingScreen {
  readonly width: number;
  readonly style: Style;
}

const marks: Readonly<Record<Severity, string>> = { blocker: '✗', warning: '!', info: 'i' };

/** Findings of one severity: what, on which object, and for each way out a command to copy. */
export function renderFindings(findings: readonly Finding[], severity: Severity, screen: FindingScreen): string[] {
  if (findings.length === 0) return [];
  const { style } = screen;
  const paint = { blocker: style.bad, warning: style.warn, info: style.accent }[severity];
  const title = { blocker: 'BLOCKER', warning: 'Warning', info: 'Note' }[severity];
  return [
    paint(count(findings.length, title, `${title}${severity === 'blocker' ? 'S' : 's'}`)),
    ...findings.flatMap((finding) => renderFinding(finding, paint, screen)),
  ];
}

function renderFinding(finding: Finding, paint: (text: string) => string, { style, width }: FindingScreen): string[] {
  const where = [finding.object === undefined ? '' : formatRef(finding.object), finding.field ?? '']
    .filter((part) => part !== '')
    .join(' ');
  return [
    ...wrapText(plainText(finding.message), { width, first: `  ${paint(marks[finding.severity])} `, hanging: '    ' }),
    ...wrapText(style.dim([finding.code, oneLine(where)].filter((part) => part !== '').join(' · ')), {
      width,
      first: '    ',
    }),
    ...finding.remedies.flatMap((remedy) => {
      const danger = remedy.destructive ? ` ${style.bad('(destroys something)')}` : '';
      return [
        ...wrapText(`${oneLine(remedy.title)}${danger}`, { width, first: '    → ', hanging: '      ' }),
        ...remedy.commands.flatMap((command) => wrapCommand(plainText(command), width, '        ').map(style.accent)),
      ];
    }),
  ];
}
