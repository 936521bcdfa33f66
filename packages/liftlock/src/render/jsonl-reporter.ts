import type { Entry } from '../model/journal.ts';
import type { Progress } from '../model/progress.ts';
import type { Reporter } from './reporter.ts';

/** The run for machines: each journal entry and each telling of progress is one line of JSON. */
export class JsonlReporter implements Reporter {
  readonly #write: (text: string) => void;

  constructor(write: (text: string) => void) {
    this.#write = write;
  }

  entry(entry: Entry): void {
    this.#write(`${JSON.stringify({ event: 'entry', entry })}\n`);
  }

  progress(progress: Progress): void {
    this.#write(`${JSON.stringify({ event: 'progress', progress })}\n`);
  }

  close(): void {
    // Every line is out already.
  }
}
