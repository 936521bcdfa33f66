import type { Entry } from '../model/journal.ts';
import type { Plan } from '../model/plan.ts';
import type { Progress } from '../model/progress.ts';
import type { Explain } from './fault-words.ts';
import { renderFrame } from './live-frame.ts';
import { LiveWindow } from './live-window.ts';
import type { Reporter } from './reporter.ts';
import { applyEntry, startView, type RunView } from './run-view.ts';
import { makeStyle, type Style } from './style.ts';

export interface LiveViewOptions {
  readonly plan: Plan;
  readonly write: (text: string) => void;
  readonly color: boolean;
  /** Size of the terminal now: people resize it. */
  readonly columns: () => number;
  readonly rows: () => number;
  readonly now: () => Date;
  readonly explain?: Explain | undefined;
}

/** Milliseconds between two pictures. */
const pace = 100;

/** The run on a terminal: a window at the bottom, at most ten pictures a second. */
export class LiveView implements Reporter {
  readonly #options: LiveViewOptions;
  readonly #style: Style;
  readonly #window: LiveWindow;
  #view: RunView;
  #progress: Progress | undefined;
  #heardAt = 0;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: LiveViewOptions) {
    this.#options = options;
    this.#style = makeStyle(options.color);
    this.#window = new LiveWindow({ write: options.write, columns: options.columns });
    this.#view = startView(options.plan);
  }

  entry(entry: Entry): void {
    if (this.#isClosed) return;
    this.#view = applyEntry(this.#view, entry);
    if (entry.type === 'note') this.print(`  ${entry.text}`);
    if ('step' in entry && entry.step !== this.#progress?.step) this.#progress = undefined;
    this.#run();
  }

  progress(progress: Progress): void {
    if (this.#isClosed) return;
    this.#progress = progress;
    this.#heardAt = this.#options.now().getTime();
    this.#run();
  }

  /** Lines that stay on the screen, above the window: for whoever must say something while it is open. */
  print(text: string): void {
    if (this.#isClosed) this.#options.write(text.endsWith('\n') ? text : `${text}\n`);
    else this.#window.print(text);
  }

  close(): void {
    if (this.#isClosed) return;
    clearInterval(this.#timer);
    this.#window.close(this.#frame());
    this.#isClosed = true;
  }

  /** The picture as it would be drawn now. */
  #frame(): readonly string[] {
    const now = this.#options.now();
    return renderFrame(this.#view, this.#aged(now), now, {
      width: Math.max(20, this.#options.columns()),
      // One row is left for the cursor: a window as high as the terminal would scroll it.
      height: Math.max(2, this.#options.rows() - 1),
      style: this.#style,
      explain: this.#options.explain,
    });
  }

  /** Clocks and countdowns go on between two tellings. */
  #aged(now: Date): Progress | undefined {
    if (this.#progress === undefined) return undefined;
    const seconds = (now.getTime() - this.#heardAt) / 1000;
    return {
      ...this.#progress,
      elapsedSeconds: this.#progress.elapsedSeconds + seconds,
      faults: this.#progress.faults.map((fault) => ({
        ...fault,
        graceSeconds: Math.max(0, fault.graceSeconds - seconds),
      })),
    };
  }

  #run(): void {
    if (this.#timer !== undefined) return;
    this.#window.draw(this.#frame());
    this.#timer = setInterval(() => this.#window.draw(this.#frame()), pace);
    // A view never keeps a process alive.
    this.#timer.unref();
  }
}
