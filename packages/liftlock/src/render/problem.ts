import { formatPlace, isProblem, type Touched } from '../model/problem.ts';
import { makeStyle, type Style } from './style.ts';
import { wrapCommand } from './shell.ts';
import { plainText, wrapText } from './wrap.ts';

export interface ProblemView {
  readonly width: number;
  readonly color: boolean;
  /** Shown with bugs, so that a report names it. */
  readonly version?: string | undefined;
  /** Hides secrets before lines are broken: in pieces nobody would find them any more. */
  readonly mask?: ((text: string) => string) | undefined;
}

const touchedWords: Readonly<Record<Touched, string>> = {
  no: 'Nothing was changed in the cluster.',
  yes: 'The cluster was changed before this happened.',
  unknown: 'Whether the cluster was changed is not known: look with `liftlock status`.',
};

/** An error as people read it: what happened, where, was anything changed, what to do. Takes whatever was thrown. */
export function renderProblem(error: unknown, view: ProblemView): string {
  const { mask = (text: string) => text } = view;
  const style = makeStyle(view.color);
  const width = Math.max(30, view.width);
  const lines = isProblem(error)
    ? [
        ...wrapText(plainText(mask(error.message)), { width, first: `${style.bad('✗')} ` }),
        ...wrapText(
          style.dim([error.code, error.at === undefined ? '' : formatPlace(error.at)].filter(Boolean).join('  ')),
          {
            width,
            first: '  ',
          },
        ),
        ...wrapText(paintTouched(error.touched, style), { width, first: '  ' }),
        ...renderAdvice(error.advice.map(mask), style, width),
      ]
    : renderBug(error, view, style, width);
  return `${lines.join('\n')}\n`;
}

function paintTouched(touched: Touched, style: Style): string {
  const paint = { no: style.good, yes: style.warn, unknown: style.bad }[touched];
  return paint(touchedWords[touched]);
}

/** Sentences wrap; commands keep their form so that they can be copied. */
export function renderAdvice(advice: readonly string[], style: Style, width: number): string[] {
  const lines = advice.flatMap((line) =>
    isCommand(line)
      ? wrapCommand(plainText(line), width, '      ').map(style.accent)
      : wrapText(plainText(line), { width, first: '  → ', hanging: '    ' }),
  );
  return lines.length === 0 ? [] : ['', ...lines];
}

/** A line of advice that is nothing but a command: sentences end in a full stop. */
function isCommand(line: string): boolean {
  return /^(liftlock|helm|kubectl|export|gcloud) /.test(line) && !/[.!?:]$/.test(line);
}

function renderBug(error: unknown, view: ProblemView, style: Style, width: number): string[] {
  const { mask = (text: string) => text } = view;
  const message = mask(error instanceof Error ? error.message : String(error));
  const stack =
    error instanceof Error
      ? mask(error.stack ?? '')
          .split('\n')
          .slice(1, 9)
      : [];
  return [
    ...wrapText(
      plainText(
        `This is a bug in liftlock${view.version === undefined ? '' : ` ${view.version}`}, not in your platform: ${message}`,
      ),
      {
        width,
        first: `${style.bad('✗')} `,
      },
    ),
    ...wrapText(paintTouched('unknown', style), { width, first: '  ' }),
    ...stack.flatMap((line) => wrapText(style.dim(plainText(line.trim())), { width, first: '    ' })),
    ...renderAdvice(
      [
        'Please report it with the lines above and the support bundle. They are masked; read them before you send them.',
        'liftlock support-bundle',
      ],
      style,
      width,
    ),
  ];
}
