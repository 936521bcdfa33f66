/** Runs tasks by key, one at a time for a key, again after a failure: what a controller does with its objects. */

/** The queue. `work` is given a key and throws to be tried again a little later. */
export class WorkQueue {
  readonly #work: (key: string) => Promise<void>;
  readonly #waiting = new Set<string>();
  readonly #running = new Set<string>();
  readonly #log: (line: string) => void;

  constructor(work: (key: string) => Promise<void>, log: (line: string) => void) {
    this.#work = work;
    this.#log = log;
  }

  /** Asks for work on a key; several asks before it begins are one. */
  add(key: string, delayMs = 0): void {
    if (delayMs > 0) {
      setTimeout(() => this.add(key), delayMs).unref();
      return;
    }
    this.#waiting.add(key);
    if (!this.#running.has(key)) void this.#run(key);
  }

  async #run(key: string): Promise<void> {
    this.#running.add(key);
    while (this.#waiting.delete(key)) {
      try {
        await this.#work(key);
      } catch (error) {
        this.#log(`${key}: ${String(error)}`);
        this.add(key, 500);
      }
    }
    this.#running.delete(key);
  }
}
