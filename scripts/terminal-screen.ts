/** How a character looks. Colours are CSS colours; undefined is the terminal's own. */
export interface Look {
  readonly color?: string | undefined;
  readonly background?: string | undefined;
  readonly isBold?: boolean | undefined;
  readonly isDim?: boolean | undefined;
  readonly isUnderlined?: boolean | undefined;
}

export interface Cell {
  readonly character: string;
  readonly look: Look;
}

const plain: Look = {};
const palette = [
  ['#3b4252', '#e06c75', '#7fbf6a', '#d9b35c', '#6aa5e8', '#c08bdc', '#5fbfc4', '#d0d4da'],
  ['#7c8594', '#f28b93', '#98d982', '#ecc977', '#8abdf5', '#d5a6ee', '#7fd8dc', '#ffffff'],
] as const;

/** The part of a terminal that our own output uses: text, cursor movements, erasing, colours, scrolling. */
export class TerminalScreen {
  readonly #width: number;
  readonly #height: number;
  #lines: Cell[][];
  #row = 0;
  #column = 0;
  #look: Look = plain;
  #saved = { row: 0, column: 0 };

  constructor(width: number, height: number) {
    this.#width = width;
    this.#height = height;
    this.#lines = Array.from({ length: height }, () => []);
  }

  /** The lines as they stand now, without trailing blanks. */
  lines(): readonly (readonly Cell[])[] {
    return this.#lines.map((line) => {
      const end = line.findLastIndex((cell) => cell.character !== ' ' || cell.look.background !== undefined);
      return line.slice(0, end + 1);
    });
  }

  write(text: string): void {
    const parts =
      /\u001B\[(?<parameters>[\d;?]*)(?<command>[A-Za-z])|\u001B\][^\u0007\u001B]*(?:\u0007|\u001B\\)|\u001B[78=>()][0B]?|[\s\S]/gu;
    for (const match of text.matchAll(parts)) {
      const { command, parameters = '' } = match.groups ?? {};
      if (command !== undefined) this.#control(command, parameters);
      else if (match[0].startsWith('\u001B7')) this.#saved = { row: this.#row, column: this.#column };
      else if (match[0].startsWith('\u001B8')) this.#restore();
      else if (!match[0].startsWith('\u001B')) this.#put(match[0]);
    }
  }

  #put(character: string): void {
    if (character === '\r') this.#column = 0;
    else if (character === '\n') this.#lineFeed();
    else if (character === '\b') this.#column = Math.max(0, this.#column - 1);
    else if (character === '\t') this.#column = Math.min(this.#width - 1, (Math.floor(this.#column / 8) + 1) * 8);
    else if (character >= ' ') {
      if (this.#column >= this.#width) {
        this.#column = 0;
        this.#lineFeed();
      }
      const line = this.#line();
      while (line.length < this.#column) line.push({ character: ' ', look: plain });
      line[this.#column] = { character, look: this.#look };
      this.#column += 1;
    }
  }

  #line(): Cell[] {
    const line = this.#lines[this.#row] ?? [];
    this.#lines[this.#row] = line;
    return line;
  }

  #lineFeed(): void {
    if (this.#row < this.#height - 1) {
      this.#row += 1;
      return;
    }
    this.#lines = [...this.#lines.slice(1), []];
  }

  #restore(): void {
    this.#row = this.#saved.row;
    this.#column = this.#saved.column;
  }

  #control(command: string, parameters: string): void {
    const numbers = parameters.replace('?', '').split(';').map(Number);
    const first = numbers[0] ?? 0;
    const steps = Math.max(1, first);
    const moves: Readonly<Record<string, () => void>> = {
      A: () => this.#moveTo(this.#row - steps, this.#column),
      B: () => this.#moveTo(this.#row + steps, this.#column),
      C: () => this.#moveTo(this.#row, this.#column + steps),
      D: () => this.#moveTo(this.#row, this.#column - steps),
      E: () => this.#moveTo(this.#row + steps, 0),
      F: () => this.#moveTo(this.#row - steps, 0),
      G: () => this.#moveTo(this.#row, steps - 1),
      H: () => this.#moveTo(steps - 1, Math.max(1, numbers[1] ?? 1) - 1),
      f: () => this.#moveTo(steps - 1, Math.max(1, numbers[1] ?? 1) - 1),
      J: () => this.#eraseScreen(first),
      K: () => this.#eraseLine(first),
      s: () => (this.#saved = { row: this.#row, column: this.#column }),
      u: () => this.#restore(),
      m: () => (this.#look = lookAfter(this.#look, numbers)),
    };
    moves[command]?.();
  }

  #moveTo(row: number, column: number): void {
    this.#row = Math.min(this.#height - 1, Math.max(0, row));
    this.#column = Math.min(this.#width - 1, Math.max(0, column));
  }

  #eraseScreen(mode: number): void {
    if (mode === 0) this.#eraseLine(0);
    this.#lines = this.#lines.map((line, row) => {
      const isKept = mode === 0 ? row <= this.#row : mode === 1 ? row >= this.#row : false;
      return isKept ? line : [];
    });
  }

  #eraseLine(mode: number): void {
    const line = this.#line();
    if (mode === 0) line.length = Math.min(line.length, this.#column);
    else if (mode === 2) line.length = 0;
    else for (let column = 0; column <= this.#column; column += 1) line[column] = { character: ' ', look: plain };
  }
}

function lookAfter(look: Look, codes: readonly number[]): Look {
  let next = look;
  for (let index = 0; index < codes.length; index += 1) {
    const code = codes[index] ?? 0;
    if (code === 38 || code === 48) {
      const [color, used] = extendedColor(codes.slice(index + 1));
      next = code === 38 ? { ...next, color } : { ...next, background: color };
      index += used;
    } else next = lookAfterCode(next, code);
  }
  return next;
}

function lookAfterCode(look: Look, code: number): Look {
  if (code === 0) return plain;
  if (code === 1) return { ...look, isBold: true };
  if (code === 2) return { ...look, isDim: true };
  if (code === 4) return { ...look, isUnderlined: true };
  if (code === 7) return { ...look, color: look.background ?? '#16191f', background: look.color ?? '#d0d4da' };
  if (code === 22) return { ...look, isBold: undefined, isDim: undefined };
  if (code === 24) return { ...look, isUnderlined: undefined };
  if (code === 27) return { ...look, color: undefined, background: undefined };
  if (code === 39) return { ...look, color: undefined };
  if (code === 49) return { ...look, background: undefined };
  const color = palette[code >= 90 ? 1 : 0][code % 10];
  if ((code >= 30 && code <= 37) || (code >= 90 && code <= 97)) return { ...look, color };
  if ((code >= 40 && code <= 47) || (code >= 100 && code <= 107)) return { ...look, background: color };
  return look;
}

/** `5;n` and `2;r;g;b`; also how many numbers were used. */
function extendedColor(codes: readonly number[]): readonly [string | undefined, number] {
  const [mode, a = 0, b = 0, c = 0] = codes;
  if (mode === 2) return [`rgb(${a},${b},${c})`, 4];
  if (mode !== 5) return [undefined, 1];
  if (a < 16) return [palette[a < 8 ? 0 : 1][a % 8], 2];
  if (a >= 232)
    return [
      `rgb(${Array(3)
        .fill(8 + (a - 232) * 10)
        .join(',')})`,
      2,
    ];
  const level = (value: number): number => (value === 0 ? 0 : 55 + value * 40);
  const cube = a - 16;
  return [`rgb(${level(Math.floor(cube / 36))},${level(Math.floor(cube / 6) % 6)},${level(cube % 6)})`, 2];
}
