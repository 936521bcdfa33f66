/** Says how far a build is: which program, how many packages, how long it took and may take yet. */
import type { ProgramName, ProgramSource } from './programs.ts';

// Measured: 727 s from an empty build cache on two quiet cores.
const expectedSeconds = 720;

function clockTime(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}

/** Progress of one build; times are shown to people only, never asserted on. */
export class BuildProgress {
  readonly #sources: readonly ProgramSource[];
  readonly #report: (line: string) => void;
  readonly #started = Date.now();
  readonly #ticker: NodeJS.Timeout;
  #current: ProgramName | undefined;
  #finishedWeight = 0;
  #packages = 0;
  #packagesOfCurrent = 0;
  #download: string | undefined;

  constructor(sources: readonly ProgramSource[], report: (line: string) => void) {
    this.#sources = sources;
    this.#report = report;
    this.#ticker = setInterval(() => this.#say(), 5000);
    this.#ticker.unref();
    report('sandbox: building its programs, once; about 12 minutes on two quiet cores from an empty Go build cache');
  }

  begin(name: ProgramName): void {
    this.#current = name;
    this.#packagesOfCurrent = 0;
    this.#say();
  }

  compiled(): void {
    this.#packages += 1;
    this.#packagesOfCurrent += 1;
    this.#download = undefined;
  }

  downloading(module: string): void {
    this.#download = module;
  }

  finish(name: ProgramName): void {
    this.#finishedWeight += this.#sources.find((source) => source.name === name)?.weight ?? 0;
  }

  stop(): void {
    clearInterval(this.#ticker);
  }

  #say(): void {
    const index = this.#sources.findIndex((source) => source.name === this.#current);
    const source = this.#sources[index];
    if (source === undefined) return;
    const elapsed = (Date.now() - this.#started) / 1000;
    const total = this.#sources.reduce((sum, { weight }) => sum + weight, 0);
    // The last tenth of a program is its linking.
    const share = Math.min(0.9, this.#packagesOfCurrent / source.weight);
    const done = (this.#finishedWeight + source.weight * share) / total;
    const left = this.#left(elapsed, done);
    const what = this.#download === undefined ? `${this.#packages} packages compiled` : `downloading ${this.#download}`;
    const place = `${index + 1} of ${this.#sources.length}`;
    this.#report(`sandbox: building ${source.name} (${place}), ${what}, ${clockTime(elapsed)} elapsed, ${left}`);
  }

  /** Starts from the measured time of an empty cache, and trusts this machine's own pace more as the build goes on. */
  #left(elapsed: number, done: number): string {
    if (done >= 0.99) return 'nearly done';
    const measured = expectedSeconds * (1 - done);
    if (done < 0.02) return `about ${clockTime(measured)} left from an empty cache, less from a warm one`;
    const own = (elapsed / done) * (1 - done);
    return `about ${clockTime(own * done + (1 - done) * Math.min(own, measured * 2))} left`;
  }
}
