import { stripVTControlCharacters } from 'node:util';

// eslint-disable-next-line no-control-regex
const escapes = /\u001B\[[0-9;]*m/g;
const wide =
  /[\u1100-\u115F\u2E80-\u303E\u3041-\u33FF\u3400-\u4DBF\u4E00-\u9FFF\uA000-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6]|\p{Emoji_Presentation}/u;
const zeroWidth = /\p{Mn}|\p{Me}|\p{Cf}/u;

/** Text from clusters and helm without escape sequences and control characters: what is shown must not steer the terminal. */
export function plainText(text: string): string {
  return (
    stripVTControlCharacters(text)
      .replaceAll('\t', '  ')
      .replaceAll('\r\n', '\n')
      // eslint-disable-next-line no-control-regex
      .replaceAll(
        /[\u0000-\u0009\u000B-\u001F\u007F-\u009F\u061C\u200E\u200F\u2028\u2029\u202A-\u202E\u2066-\u2069]/g,
        '',
      )
  );
}

/** As plainText, on one line. */
export function oneLine(text: string): string {
  return plainText(text).replaceAll(/\s+/g, ' ').trim();
}

/** Columns that text takes on a terminal; colours take none, wide characters two. */
export function visibleWidth(text: string): number {
  let width = 0;
  for (const character of text.replaceAll(escapes, '')) {
    if (zeroWidth.test(character)) continue;
    width += wide.test(character) ? 2 : 1;
  }
  return width;
}

export function padEnd(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - visibleWidth(text)));
}

export function padStart(text: string, width: number): string {
  return ' '.repeat(Math.max(0, width - visibleWidth(text))) + text;
}

/** Cuts text to a width, with an ellipsis for what was cut; colours that were opened are closed. */
export function truncate(text: string, width: number): string {
  if (visibleWidth(text) <= width) return text;
  if (width <= 0) return '';
  let result = '';
  let used = 0;
  let isStyled = false;
  for (const piece of text.split(/(\u001B\[[0-9;]*m)/)) {
    if (piece.startsWith('\u001B[')) {
      result += piece;
      isStyled = true;
      continue;
    }
    for (const character of piece) {
      const size = visibleWidth(character);
      if (used + size > width - 1) return `${result}…${isStyled ? '\u001B[0m' : ''}`;
      result += character;
      used += size;
    }
  }
  return result;
}

const unbreakable = '\u00A0';

/** Text that wrapText keeps on one line if it can. */
export function unbroken(text: string): string {
  return text.replaceAll(' ', unbreakable);
}

export interface WrapOptions {
  /** Columns, indentation included. */
  readonly width: number;
  /** Before the first line; `hanging` before the others. */
  readonly first?: string | undefined;
  readonly hanging?: string | undefined;
}

/**
 * Breaks text into lines at blanks. Colours go on in the next line and never colour the indentation. Words that are
 * longer than a line (images, digests) are cut hard only when they would not fit a line of their own.
 */
export function wrapText(text: string, options: WrapOptions): string[] {
  const first = options.first ?? '';
  const hanging = options.hanging ?? ' '.repeat(visibleWidth(first));
  return text
    .split('\n')
    .flatMap((paragraph, index) => wrapParagraph(paragraph, options.width, index === 0 ? first : hanging, hanging));
}

function wrapParagraph(text: string, width: number, first: string, hanging: string): string[] {
  const room = Math.max(10, width - Math.max(visibleWidth(first), visibleWidth(hanging)));
  const words = text.split(' ').flatMap((word) => cutWord(word, room));
  const lines: string[] = [];
  let line = '';
  for (const word of words) {
    if (line === '') line = word;
    else if (visibleWidth(line) + 1 + visibleWidth(word) <= room) line += ` ${word}`;
    else {
      lines.push(line);
      line = word;
    }
  }
  lines.push(line);
  return carryColours(lines).map((content, index) =>
    // Blanks at the end may stand before the codes that open or close a colour.
    ((index === 0 ? first : hanging) + content)
      .replaceAll(unbreakable, ' ')
      .replace(/ +((?:\u001B\[[0-9;]*m)*)$/, '$1'),
  );
}

function cutWord(word: string, room: number): string[] {
  if (visibleWidth(word) <= room) return [word];
  const parts: string[] = [];
  let part = '';
  for (const piece of word.split(/(\u001B\[[0-9;]*m)/)) {
    if (piece.startsWith('\u001B[')) {
      part += piece;
      continue;
    }
    for (const character of piece) {
      if (visibleWidth(part) + visibleWidth(character) > room) {
        const [line, rest] = splitLate(part);
        parts.push(line);
        part = rest;
      }
      part += character;
    }
  }
  return [...parts, part];
}

/** Addresses and image names read best when they are cut behind a separator, if one stands late enough. */
function splitLate(part: string): readonly [line: string, rest: string] {
  for (const separator of ['/', '@', ',', '-']) {
    const at = part.lastIndexOf(separator) + 1;
    if (at >= part.length / 3) return [part.slice(0, at), part.slice(at)];
  }
  return [part, ''];
}

/** Closes what a line leaves open and opens it again in the next. */
function carryColours(lines: readonly string[]): string[] {
  let open: string[] = [];
  return lines.map((line) => {
    const before = open.join('');
    for (const [code] of line.matchAll(escapes)) open = afterCode(open, code);
    return before + line + (open.length > 0 ? '\u001B[0m' : '');
  });
}

function afterCode(open: readonly string[], code: string): string[] {
  const number = Number(/\d+/.exec(code)?.[0] ?? 0);
  if (number === 0) return [];
  // Every closing code of styleText is 22 to 29, 39, 49 or 59; each closes the innermost that it can.
  const isClosing = (number >= 22 && number <= 29) || number === 39 || number === 49 || number === 59;
  return isClosing ? open.slice(0, -1) : [...open, code];
}
