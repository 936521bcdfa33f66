import type { Style } from './style.ts';
import { padEnd, padStart, truncate, visibleWidth, wrapText } from './wrap.ts';

export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right' | undefined;
  /** Columns that may be cut short, the first to go first. */
  readonly shrinkTo?: number | undefined;
}

/**
 * Rows under titles where they fit the width; where they do not, one block a row with a line a column, which no
 * terminal is too narrow for.
 */
export function renderTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  width: number,
  style: Style,
): string[] {
  const widths = columns.map((column, index) =>
    Math.max(visibleWidth(column.title), ...rows.map((row) => visibleWidth(row[index] ?? ''))),
  );
  const total = () => widths.reduce((sum, size) => sum + size, 0) + 2 * (columns.length - 1);
  for (const [index, column] of columns.entries()) {
    const excess = total() - width;
    if (excess > 0 && column.shrinkTo !== undefined) {
      widths[index] = Math.max(column.shrinkTo, (widths[index] ?? 0) - excess);
    }
  }
  if (total() > width) return renderBlocks(columns, rows, width, style);
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, index) => {
        const size = widths[index] ?? 0;
        const cut = truncate(cell, size);
        return columns[index]?.align === 'right' ? padStart(cut, size) : padEnd(cut, size);
      })
      .join('  ')
      .trimEnd();
  return [line(columns.map((column) => style.dim(column.title))), ...rows.map(line)];
}

function renderBlocks(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  width: number,
  style: Style,
): string[] {
  const label = Math.max(...columns.map((column) => column.title.length)) + 2;
  return rows.flatMap((row, index) => {
    const filled = columns.flatMap((column, position) => {
      const cell = row[position] ?? '';
      if (cell === '') return [];
      return wrapText(cell, {
        width,
        first: `  ${style.dim(padEnd(column.title, label))}`,
        hanging: ' '.repeat(label + 2),
      });
    });
    return index === 0 ? filled : ['', ...filled];
  });
}

/** `label   text` lines, the labels one below the other, the text wrapped beside them. */
export function renderPairs(
  pairs: readonly (readonly [string, string])[],
  width: number,
  style: Style,
  indent = '',
): string[] {
  const longest = Math.max(0, ...pairs.map(([label]) => visibleWidth(label)));
  if (longest + indent.length + 24 > width) {
    return pairs.flatMap(([label, text]) => [
      ...wrapText(style.dim(label), { width, first: indent }),
      ...wrapText(text, { width, first: `${indent}  ` }),
    ]);
  }
  return pairs.flatMap(([label, text]) =>
    wrapText(text, {
      width,
      first: `${indent}${padEnd(style.dim(label), longest)}  `,
      hanging: indent + ' '.repeat(longest + 2),
    }),
  );
}
