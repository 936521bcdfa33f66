/** One word of a template's action, as Go's text/template reads it. */
export interface Token {
  readonly kind: 'name' | 'field' | 'variable' | 'dot' | 'text' | 'number' | 'mark';
  /** A field without its dot, a variable without its dollar, a text without its quotes. */
  readonly text: string;
  /** Blanks stand before it: `f .x` has two operands, `$x.y` one. */
  readonly isApart: boolean;
}

/** A text outside of actions counts for nothing here; each action is one list of tokens. */
export type Action = readonly Token[];

const pattern = new RegExp(
  [
    /(?<text>"(?:[^"\\\n]|\\.)*"|`[^`]*`|'(?:[^'\\\n]|\\.)*')/u,
    /(?<variable>\$[\p{L}\p{N}_]*)/u,
    /(?<field>\.[\p{L}_][\p{L}\p{N}_]*)/u,
    /(?<number>[+-]?(?:\d|\.\d)[\w.]*)/u,
    /(?<dot>\.)/u,
    /(?<name>[\p{L}_][\p{L}\p{N}_]*)/u,
    /(?<mark>:=|[=|(),])/u,
  ]
    .map(({ source }) => source)
    .join('|'),
  'uy',
);

/**
 * The actions of a template in order, comments left out. Throws a SyntaxError for what text/template would not parse.
 * Source: https://pkg.go.dev/text/template, "Text and spaces" and "Actions".
 */
export function actionsOf(template: string): readonly Action[] {
  const actions: Action[] = [];
  let at = template.indexOf('{{');
  while (at !== -1) {
    let start = at + 2;
    if (/^-\s/.test(template.slice(start, start + 2))) start += 2;
    const comment = /^\s*\/\*[\s\S]*?\*\/\s*-?\}\}/.exec(template.slice(start));
    if (comment !== null) {
      at = template.indexOf('{{', start + comment[0].length);
      continue;
    }
    const { tokens, end } = tokensFrom(template, start);
    actions.push(tokens);
    at = template.indexOf('{{', end);
  }
  return actions;
}

function tokensFrom(template: string, start: number): { readonly tokens: Action; readonly end: number } {
  const tokens: Token[] = [];
  let at = start;
  for (;;) {
    const blank = /^\s*/.exec(template.slice(at, at + 1000))?.[0].length ?? 0;
    const next = at + blank;
    if (template.startsWith('}}', next)) return { tokens, end: next + 2 };
    if (template.startsWith('-}}', next)) return { tokens, end: next + 3 };
    if (blank === 1000) {
      at = next;
      continue;
    }
    pattern.lastIndex = next;
    const match = pattern.exec(template);
    if (match === null) throw new SyntaxError(`unexpected ${JSON.stringify(template.slice(next, next + 20))}`);
    tokens.push(tokenOf(match, blank > 0 || tokens.length === 0));
    at = next + match[0].length;
  }
}

function tokenOf(match: RegExpExecArray, isApart: boolean): Token {
  const [kind, word] = Object.entries(match.groups ?? {}).find(([, value]) => value !== undefined) ?? ['mark', ''];
  if (kind === 'text') return { kind, text: unquoted(word), isApart };
  if (kind === 'variable' || kind === 'field') return { kind, text: word.slice(1), isApart };
  return { kind: kind as Token['kind'], text: word, isApart };
}

/** Escapes other than of quotes and line ends stay as they are: keys of values have none. */
function unquoted(word: string): string {
  const inner = word.slice(1, -1);
  if (word.startsWith('`')) return inner;
  return inner.replaceAll(/\\(.)/gs, (_all, letter: string) => ({ n: '\n', t: '\t' })[letter] ?? letter);
}
