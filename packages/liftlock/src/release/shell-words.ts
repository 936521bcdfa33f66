/** One word of a command, and the line on which it begins. */
export interface ShellWord {
  readonly text: string;
  /** From 1. */
  readonly line: number;
}

/** What a shell would read otherwise than it is meant, or do. */
export class ShellFault extends Error {
  readonly line: number;
  readonly remedy: string;

  constructor(line: number, message: string, remedy: string) {
    super(message);
    this.line = line;
    this.remedy = remedy;
  }
}

/** Commands of a text, and the lines on which a blank behind the backslash would have ended one. */
export interface ShellCommands {
  readonly commands: readonly (readonly ShellWord[])[];
  readonly blanksAfterBackslash: readonly number[];
}

/**
 * Splits text into commands and words as a POSIX shell does, and does nothing else: what a shell would have to expand or run is
 * refused. A backslash with blanks behind it continues the line, as it was meant.
 * @throws ShellFault
 */
export function shellCommands(text: string): ShellCommands {
  return new Reader(text.replaceAll(/\r\n?/g, '\n').replace(/^\uFEFF/, '')).read();
}

const forbidden: Readonly<Record<string, string>> = {
  '|': 'a pipe',
  '<': 'a redirection',
  '>': 'a redirection',
  '(': 'a subshell',
  ')': 'a subshell',
  $: 'a variable or a substitution',
  '`': 'a substitution',
};

class Reader {
  readonly #text: string;
  #at = 0;
  #line = 1;
  #word: { text: string; line: number } | undefined;
  #words: ShellWord[] = [];
  readonly #commands: (readonly ShellWord[])[] = [];
  readonly #blanks: number[] = [];

  constructor(text: string) {
    this.#text = text;
  }

  read(): ShellCommands {
    while (this.#at < this.#text.length) this.#step();
    this.#endCommand();
    return { commands: this.#commands, blanksAfterBackslash: this.#blanks };
  }

  #step(): void {
    const character = this.#text.charAt(this.#at);
    if (character === '\\') this.#backslash();
    else if (character === "'") this.#single();
    else if (character === '"') this.#double();
    else if (character === '\n' || character === ';' || character === '&') this.#separator(character);
    else if (/\s/.test(character)) {
      this.#endWord();
      this.#at += 1;
    } else if (character === '#' && this.#word === undefined) this.#at = this.#lineEnd();
    else if (/[“”„‘’]/.test(character))
      throw this.#fault('has a curly quote', 'Type the quotes anew: a word processor has changed them.');
    else {
      this.#refuse(character);
      this.#add(character);
      this.#at += 1;
    }
  }

  #backslash(): void {
    const rest = this.#text.slice(this.#at + 1, this.#lineEnd());
    const isLast = this.#lineEnd() === this.#text.length;
    if (/^[^\S\n]*$/.test(rest)) {
      if (rest !== '') this.#blanks.push(this.#line);
      // In the shell a continued line goes on in the middle of the word; what follows is indented by hand.
      if (rest !== '' || isLast) this.#endWord();
      this.#at = this.#lineEnd() + 1;
      this.#line += 1;
      return;
    }
    this.#add(this.#text.charAt(this.#at + 1));
    this.#at += 2;
  }

  #single(): void {
    const end = this.#text.indexOf("'", this.#at + 1);
    if (end < 0) throw this.#openQuote("'");
    this.#addLines(this.#text.slice(this.#at + 1, end));
    this.#at = end + 1;
  }

  #double(): void {
    const line = this.#line;
    this.#add('');
    for (this.#at += 1; this.#text.charAt(this.#at) !== '"'; this.#at += 1) {
      let character = this.#text.charAt(this.#at);
      if (character === '') {
        this.#line = line;
        throw this.#openQuote('"');
      }
      if (character === '\\' && /[\\"$`\n]/.test(this.#text.charAt(this.#at + 1))) {
        this.#at += 1;
        character = this.#text.charAt(this.#at);
        if (character === '\n') this.#line += 1;
        else this.#add(character);
        continue;
      }
      if (character === '$' || character === '`') this.#refuse(character);
      this.#addLines(character);
    }
    this.#at += 1;
  }

  #separator(character: string): void {
    if (character === '&' && this.#text.charAt(this.#at + 1) !== '&')
      throw this.#fault('starts something in the background', 'Give the one helm command alone.');
    this.#endCommand();
    this.#at += character === '&' ? 2 : 1;
    if (character === '\n') this.#line += 1;
  }

  #refuse(character: string): void {
    const what = Object.hasOwn(forbidden, character) ? forbidden[character] : undefined;
    if (what === undefined) return;
    throw this.#fault(`has ${what}`, 'Nothing is run here: write what it stands for, or quote it in single quotes.');
  }

  #fault(what: string, remedy: string): ShellFault {
    return new ShellFault(this.#line, what, remedy);
  }

  #openQuote(quote: string): ShellFault {
    return this.#fault(`opens a quote (${quote}) that is never closed`, 'Copy the command again, to its end.');
  }

  #add(text: string): void {
    this.#word ??= { text: '', line: this.#line };
    this.#word.text += text;
  }

  #addLines(text: string): void {
    this.#add(text);
    this.#line += text.split('\n').length - 1;
  }

  #endWord(): void {
    if (this.#word !== undefined) this.#words.push(this.#word);
    this.#word = undefined;
  }

  #endCommand(): void {
    this.#endWord();
    if (this.#words.length > 0) this.#commands.push(this.#words);
    this.#words = [];
  }

  #lineEnd(): number {
    const end = this.#text.indexOf('\n', this.#at);
    return end < 0 ? this.#text.length : end;
  }
}
