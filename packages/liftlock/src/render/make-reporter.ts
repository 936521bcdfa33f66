import type { Plan } from '../model/plan.ts';
import type { Platform } from '../model/platform.ts';
import type { Explain } from './fault-words.ts';
import { JsonlReporter } from './jsonl-reporter.ts';
import { LiveView } from './live-view.ts';
import { PlainReporter } from './plain-reporter.ts';
import type { Reporter } from './reporter.ts';

export interface ReporterOptions {
  readonly output: 'text' | 'jsonl';
  readonly plan: Plan;
  readonly platform: Platform;
  readonly screen: { readonly color: boolean; readonly width: number; readonly isTerminal?: boolean | undefined };
  readonly write: (text: string) => void;
  readonly rows: () => number;
  /** Columns now; the screen's width where it is not given. */
  readonly columns?: (() => number) | undefined;
  readonly now: () => Date;
  readonly explain?: Explain | undefined;
}

/** A live view on a terminal, plain lines elsewhere, or a stream of events. */
export function makeReporter(options: ReporterOptions): Reporter {
  const { output, plan, screen, write, rows, now, explain } = options;
  if (output === 'jsonl') return new JsonlReporter(write);
  if (screen.isTerminal !== true) return new PlainReporter({ plan, write, explain });
  return new LiveView({
    plan,
    write,
    color: screen.color,
    columns: options.columns ?? (() => screen.width),
    rows,
    now,
    explain,
  });
}
