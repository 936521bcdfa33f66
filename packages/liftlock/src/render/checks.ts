import { makeStyle } from './style.ts';
import { wrapText } from './wrap.ts';

export interface CheckedItem {
  readonly title: string;
  readonly verdict: 'passed' | 'failed' | 'pending';
  readonly note: string;
}

/** The checks of a platform with their verdicts, one after another. */
export function renderChecks(
  items: readonly CheckedItem[],
  view: { readonly color: boolean; readonly width: number },
): string {
  const style = makeStyle(view.color);
  const marks = { passed: style.good('✓'), failed: style.bad('✗'), pending: style.warn('?') };
  const lines = items.flatMap((item) =>
    wrapText(
      `${marks[item.verdict]} ${item.title}: ${item.verdict === 'pending' ? 'not verified, ' : ''}${item.note}`,
      {
        width: Math.max(30, view.width),
        hanging: '  ',
      },
    ),
  );
  return `${lines.join('\n')}\n`;
}
