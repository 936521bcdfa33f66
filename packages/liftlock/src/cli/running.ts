import { catalog, isKnownCode, type CatalogEntry } from '../findings/catalog.ts';
import type { RunState } from '../journal/fold.ts';
import { touchedBy } from '../journal/fold.ts';
import type { OpenSite } from '../main/open-site.ts';
import type { Plan } from '../model/plan.ts';
import { exitCodes, type ExitCode } from '../model/problem.ts';
import { renderRunEnd } from '../render/run-end.ts';
import type { Reporter } from '../render/reporter.ts';
import { makeReporter } from '../render/make-reporter.ts';
import { tame } from '../render/tame.ts';
import { hopChanged, stoppedOnRequest, waitingCodes, windowClosed } from '../run/stop-reasons.ts';
import type { StopRequest } from '../run/world.ts';
import { note, screen, showThrough } from './output.ts';

/** What a finding's page says, for the screens of a run. */
export function explain(code: string): CatalogEntry | undefined {
  return isKnownCode(code) ? catalog[code] : undefined;
}

/** Who looks on: a live view on a terminal, plain lines elsewhere, or a stream of events. */
export function reporterFor(
  output: 'text' | 'jsonl',
  site: Pick<OpenSite, 'platform' | 'redactor' | 'clock'>,
  plan: Plan,
): Reporter {
  const stream = output === 'jsonl' ? process.stdout : process.stderr;
  const view = screen(stream);
  // A live view moves the cursor: its window tames the lines by itself.
  const isLive = output === 'text' && view.isTerminal;
  const reporter = makeReporter({
    output,
    plan,
    platform: site.platform,
    screen: view,
    write: (text) => {
      const masked = site.redactor.text(text);
      stream.write(isLive ? masked : tame(masked, view.color));
    },
    rows: () => process.stderr.rows ?? 24,
    now: () => site.clock.now(),
    explain,
  });
  showThrough(reporter);
  return reporter;
}

/**
 * The first Ctrl-C begins no new step, the second ends helm politely; there is no third (O8). A closed terminal does not
 * end a run: it goes on with its journal.
 */
export function watchSignals(say: (text: string) => void, notAfter?: Date): StopRequest {
  const abort = new AbortController();
  let level: StopRequest['level'] = 'none';
  const onStop = () => {
    if (level === 'none') {
      level = 'after-step';
      say('Stopping after this step. Press Ctrl-C again to end helm politely now.');
    } else if (level === 'after-step') {
      level = 'now';
      say('Ending helm politely; waiting until it has recorded the release as failed.');
      abort.abort();
    }
  };
  process.on('SIGINT', onStop);
  process.on('SIGTERM', onStop);
  process.on('SIGHUP', () => undefined);
  return {
    get level() {
      return level;
    },
    signal: abort.signal,
    notAfter,
  };
}

/** Shows how a run ended and what to type next; returns the exit code. */
export function finishRun(
  state: RunState,
  site: Pick<OpenSite, 'platform' | 'redactor'>,
  output: 'text' | 'jsonl',
): ExitCode {
  if (output === 'text')
    note(renderRunEnd(state, site.platform, { ...screen(process.stderr), explain }), site.redactor);
  if (state.status === 'finished') return exitCodes.done;
  if (state.stopReason === stoppedOnRequest) return exitCodes.interrupted;
  if (state.stopReason === windowClosed || state.stopReason === hopChanged || isWaiting(state))
    return exitCodes.waiting;
  return touchedBy(state) === 'no' ? exitCodes.blocked : exitCodes.failed;
}

/** Nothing has failed: something outside is not done yet, and a later resume goes on. */
function isWaiting({ steps }: RunState): boolean {
  const failed = steps.find(({ phase }) => phase === 'failed');
  return waitingCodes.includes(failed?.problem?.code ?? '');
}
