import { Lexer, LineCounter } from 'yaml';
import type { SourcePlace } from '../model/problem.ts';

/** A place that someone was to fill in before the file is used. */
export interface Placeholder {
  /** As it stands in the file, for example `%%DOMAIN%%`. */
  readonly name: string;
  readonly place: SourcePlace;
}

const placeholder = /%%[A-Za-z][A-Za-z0-9_.-]*%%|<[A-Z][A-Z0-9]+(?:[_-][A-Z0-9]+)*>|<your[-_ ][A-Za-z0-9_ -]+>/g;

/** The lexer's marks (byte order, document, scalar, end of flow) that take no room in the text. */
const marks = new Set(['\u0002', '\u0018', '\u001f']);

/** The text with every comment blanked out, all offsets kept. Text that is no valid YAML is read as far as it goes. */
function withoutComments(text: string): string {
  const parts: string[] = [];
  let isScalar = false;
  for (const lexeme of new Lexer().lex(text)) {
    if (marks.has(lexeme)) {
      isScalar = lexeme === '\u001f';
      continue;
    }
    // A # inside a block scalar is content: only a lexeme of its own is a comment.
    const isComment = !isScalar && lexeme.startsWith('#');
    parts.push(isComment ? ' '.repeat(lexeme.length) : lexeme);
    isScalar = false;
  }
  return parts.join('');
}

/**
 * Placeholders that were left in a values file, in its order: `%%NAME%%`, `<NAME>` in capitals, and `<your-…>`.
 * Comments do not count. Works on text that does not parse: an unquoted `%%NAME%%` is no YAML.
 */
export function findPlaceholders(text: string, file: string): readonly Placeholder[] {
  const counter = new LineCounter();
  counter.addNewLine(0);
  for (const { index } of text.matchAll(/\n/g)) counter.addNewLine(index + 1);
  return [...withoutComments(text).matchAll(placeholder)].map((match) => {
    const { line, col } = counter.linePos(match.index);
    return { name: match[0], place: { file, line, column: col } };
  });
}
