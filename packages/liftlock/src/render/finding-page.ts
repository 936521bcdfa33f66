import type { Trouble } from '../model/platform.ts';
import { makeStyle } from './style.ts';
import { renderPairs } from './table.ts';
import { plainText, wrapText } from './wrap.ts';
import type { Explanation } from './fault-words.ts';

/** What a platform's vendor says of a code. */
export interface VendorEntry {
  readonly platform: string;
  readonly trouble: Trouble;
}

export interface FindingPage {
  readonly code: string;
  readonly theme: string;
  readonly explanation: Explanation;
  readonly vendors: readonly VendorEntry[];
}

interface PageView {
  readonly width: number;
  readonly color: boolean;
}

/** One code's page on a terminal: what it means, what to do, and what vendors add. */
export function renderFindingPage({ code, theme, explanation, vendors }: FindingPage, view: PageView): string {
  const style = makeStyle(view.color);
  const width = Math.max(30, view.width);
  const list = (steps: readonly string[]) =>
    steps.flatMap((step, index) =>
      wrapText(plainText(step), { width, first: steps.length === 1 ? '  ' : `  ${index + 1}. ` }),
    );
  const advice = typeof explanation.whatToDo === 'string' ? [explanation.whatToDo] : explanation.whatToDo;
  const lines = [
    ...wrapText(style.bold(explanation.title), { width }),
    ...wrapText(style.dim(`${code} · ${theme}`), { width }),
    '',
    style.bold('What it means'),
    ...wrapText(plainText(explanation.meaning), { width, first: '  ' }),
    '',
    style.bold('What to do'),
    ...list(advice),
    ...vendors.flatMap(({ platform, trouble }) => [
      '',
      ...wrapText(style.bold(`On ${platform}: ${trouble.title}`), { width }),
      ...list(trouble.contact === undefined ? trouble.steps : [...trouble.steps, `Help: ${trouble.contact}`]),
    ]),
  ];
  return `${lines.join('\n')}\n`;
}

/** Every code with its title, by theme. */
export function renderFindingIndex(
  themes: readonly { readonly title: string; readonly codes: readonly string[] }[],
  titleOf: (code: string) => string,
  view: PageView,
): string {
  const style = makeStyle(view.color);
  const width = Math.max(30, view.width);
  const blocks = themes.map(({ title, codes }) =>
    [
      style.bold(title),
      ...renderPairs(
        codes.map((code) => [code, titleOf(code)] as const),
        width,
        style,
        '  ',
      ),
    ].join('\n'),
  );
  return `${blocks.join('\n\n')}\n\nliftlock explain CODE says more.\n`;
}
