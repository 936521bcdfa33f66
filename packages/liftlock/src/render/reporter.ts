import type { Entry } from '../model/journal.ts';
import type { Progress } from '../model/progress.ts';

/** Shows a run to whoever looks on. It listens; it never decides, and a run without one is the same run. */
export interface Reporter {
  entry(entry: Entry): void;
  progress(progress: Progress): void;
  /** Draws what is left to draw and gives the terminal back. Calling it twice does no harm. */
  close(): void;
}
