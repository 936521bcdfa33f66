/**
 * What must not reach a terminal or a report from texts of others: C0 and C1 control characters but tab and line feed, and
 * the characters that turn the direction of reading. Source of the last: https://www.unicode.org/reports/tr9/#Directional_Formatting_Characters
 */
// eslint-disable-next-line no-control-regex
const wild = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069]/g;

/** The colours of `makeStyle`, and what ends them; concealed text and everything else stays out. */
// eslint-disable-next-line no-control-regex
const ownColours = /\u001B\[(?:0|1|2|4|7|22|24|27|31|32|33|36|39)m/g;

/**
 * A text as it may be written out, the last thing before it is: whatever could steer the terminal is shown by its number, as
 * `\u001b`. In JSON that is the same text still. Renderers clean what they are given; this holds for what they forget.
 *
 * @param color whether the text was made with colours of ours, which then stay
 */
export function tame(text: string, color: boolean): string {
  const plain = text.replaceAll('\r\n', '\n');
  if (!color) return escapeWild(plain);
  let end = 0;
  let result = '';
  for (const match of plain.matchAll(ownColours)) {
    result += escapeWild(plain.slice(end, match.index)) + match[0];
    end = match.index + match[0].length;
  }
  return result + escapeWild(plain.slice(end));
}

function escapeWild(text: string): string {
  return text.replaceAll(wild, (character) => String.raw`\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
