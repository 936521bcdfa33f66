import { tame } from './tame.ts';
import { visibleWidth } from './wrap.ts';

const beginSync = '\u001B[?2026h';
const endSync = '\u001B[?2026l';
const hideCursor = '\u001B[?25l';
const showCursor = '\u001B[?25h';

export interface WindowTarget {
  readonly write: (text: string) => void;
  readonly columns: () => number;
}

/**
 * The lines at the bottom of a terminal that are drawn again and again. Terminals that know synchronized updates show
 * each picture whole; the others ignore the marks.
 */
export class LiveWindow {
  readonly #target: WindowTarget;
  #drawn: readonly string[] = [];
  #isOpen = false;

  constructor(target: WindowTarget) {
    this.#target = target;
  }

  draw(lines: readonly string[]): void {
    if (
      this.#isOpen &&
      lines.length === this.#drawn.length &&
      lines.every((line, index) => line === this.#drawn[index])
    )
      return;
    this.#paint('', lines);
  }

  /** Lines that stay, above the window. */
  print(text: string): void {
    this.#paint(text.endsWith('\n') ? text : `${text}\n`, this.#drawn);
  }

  /** Leaves the last picture where it is and gives the cursor back. */
  close(lines: readonly string[]): void {
    if (!this.#isOpen && lines.length === 0) return;
    this.#paint('', lines);
    this.#target.write(showCursor);
    this.#isOpen = false;
    this.#drawn = [];
  }

  #paint(above: string, lines: readonly string[]): void {
    const open = this.#isOpen ? '' : hideCursor;
    this.#isOpen = true;
    const shown = tame(`${above}${lines.map((line) => `${line}\n`).join('')}`, true);
    this.#target.write(`${beginSync}${open}${this.#erase()}${shown}${endSync}`);
    this.#drawn = lines;
  }

  #erase(): string {
    // A terminal that was made narrower has broken long lines into several rows.
    const columns = Math.max(1, this.#target.columns());
    const rows = this.#drawn.reduce((sum, line) => sum + Math.max(1, Math.ceil(visibleWidth(line) / columns)), 0);
    return rows === 0 ? '' : `\u001B[${rows}A\r\u001B[J`;
  }
}
