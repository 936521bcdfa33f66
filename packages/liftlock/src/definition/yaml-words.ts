import type { ErrorCode } from 'yaml';

/**
 * What is wrong with the YAML, and what to do, in our own words. The parser's messages are not used: they quote the
 * text, and in a values file that can be a password.
 */
const words: Partial<Record<ErrorCode, string>> = {
  BAD_ALIAS: 'an alias (*name) that is malformed; quote the value if it begins with a star',
  BAD_DIRECTIVE: 'a line that begins with % is read as a YAML directive; quote it',
  BAD_DQ_ESCAPE: 'an escape that YAML does not know; use single quotes, or double the backslash',
  BAD_INDENT:
    'the indentation does not fit, or a [ or { is not closed; align with the keys above and close the bracket',
  BAD_SCALAR_START: 'a value cannot begin with this character; put the value in quotes',
  BLOCK_AS_IMPLICIT_KEY: 'a second "key:" on the same line; quote the value if it holds ": ", or indent the next line',
  BLOCK_IN_FLOW: 'a block inside [ ] or { }; write it all on one line, or all as a block',
  DUPLICATE_KEY: 'this key stands twice in the same map; remove one',
  KEY_OVER_1024_CHARS: 'a key of more than 1024 characters; a quote or a colon is probably missing',
  MISSING_CHAR: 'something is not closed: a quote, a bracket, or the colon after a key; close it',
  MULTILINE_IMPLICIT_KEY:
    'no "key:" here, or the line is indented differently from its neighbours; add the colon or align it',
  MULTIPLE_DOCS: 'more than one YAML document',
  NON_STRING_KEY: 'keys must be text; quote the key',
  TAB_AS_INDENT: 'a tab in the indentation; use spaces',
  UNEXPECTED_TOKEN:
    'nothing may stand here; a bracket, a comma or a dash is one too many, or the indentation does not fit',
};

/** The parser's error as a sentence with its remedy. */
export function yamlMistake(code: ErrorCode): string {
  return words[code] ?? `not valid YAML (${code.toLowerCase().replaceAll('_', ' ')})`;
}
