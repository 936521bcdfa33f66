import { oneLine, plainText } from './wrap.ts';

/** Text from elsewhere inside a line or a table cell of Markdown: shown as it is, never as markup. */
export function escapeMarkdown(text: string): string {
  return oneLine(text)
    .replaceAll('\\', '\\\\')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll(/([`*|[\]])/g, String.raw`\$1`)
    .replaceAll(/(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/g, String.raw`\_`);
}

/** Text in a code span, whatever backticks it holds. */
export function codeSpan(text: string): string {
  const clean = oneLine(text);
  const longest = Math.max(0, ...[...clean.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  const space = clean.startsWith('`') || clean.endsWith('`') ? ' ' : '';
  return `${fence}${space}${clean}${space}${fence}`;
}

/** A code span that may stand in a table cell. */
export function codeCell(text: string): string {
  return codeSpan(text).replaceAll('|', String.raw`\|`);
}

/** A fenced block, with a fence longer than any in the text. */
export function codeBlock(language: string, lines: readonly string[]): string[] {
  const text = lines.map(plainText).join('\n');
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return [`${fence}${language}`, text, fence];
}

export function markdownTable(titles: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(titles), line(titles.map(() => '---')), ...rows.map(line)];
}

/** Blocks with one blank line between them. */
export function joinBlocks(blocks: readonly (readonly string[])[]): string {
  return `${blocks
    .filter((block) => block.length > 0)
    .map((block) => block.join('\n'))
    .join('\n\n')}\n`;
}
