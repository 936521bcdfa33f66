import { describe, expect, it } from 'vitest';
import type { Progress } from '../model/progress.ts';
import { crashFault, failedRun, finishedRun } from './fixture-runs.ts';
import { platform } from './fixture-platform.ts';
import { plan } from './fixtures.ts';
import { renderFrame } from './live-frame.ts';
import { LiveView } from './live-view.ts';
import { makeReporter } from './make-reporter.ts';
import { PlainReporter } from './plain-reporter.ts';
import { applyEntry, startView } from './run-view.ts';
import { makeStyle } from './style.ts';
import { visibleWidth } from './wrap.ts';

const progress: Progress = {
  step: 'api/upgrade',
  component: 'api',
  helmLine: 'beginning wait for 7 resources with timeout of 10m0s',
  elapsedSeconds: 127,
  timeoutSeconds: 600,
  faults: [],
  workloads: [
    {
      kind: 'Deployment',
      name: 'codemie-api',
      desired: 2,
      updated: 1,
      ready: 1,
      message: '1 old replica is pending termination',
    },
  ],
};
const now = new Date('2026-12-05T22:05:31Z');
const beforeFault = failedRun.slice(
  0,
  failedRun.findIndex(({ type }) => type === 'fault'),
);
const running = beforeFault.reduce(applyEntry, startView(plan));
const style = makeStyle(false);

describe('a picture of a run', () => {
  it('O13: shows every step, the rollout, the time left and the countdown', async () => {
    const lines = renderFrame(running, { ...progress, faults: [crashFault] }, now, { width: 80, height: 40, style });
    await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('./snapshots/live-80.txt');
  });

  it('is never higher or wider than the terminal, and never loses the running step', () => {
    for (let height = 3; height <= 30; height += 1) {
      for (const width of [30, 50, 80, 120]) {
        const lines = renderFrame(running, { ...progress, faults: [crashFault] }, now, {
          width,
          height,
          style: makeStyle(true),
        });
        expect(lines.length).toBeLessThanOrEqual(height);
        for (const line of lines) expect(visibleWidth(line)).toBeLessThanOrEqual(width);
        expect(lines.join('\n')).toContain('▶');
      }
    }
  });

  it('knows after a resume that what comes before the first step heard of is done', () => {
    const [entry] = failedRun.slice(-6);
    const view = [entry].flatMap((item) => item ?? []).reduce(applyEntry, startView(plan));
    expect(view.steps.slice(0, 5).every(({ look }) => look === 'done')).toBe(true);
  });
});

/** A terminal of a fixed size that plays back what it is sent: enough of one for what the window sends. */
class Terminal {
  rows: string[] = [];
  isCursorShown = true;
  readonly sent: string[] = [];

  write(text: string): void {
    this.sent.push(text);
    for (const [piece] of text.matchAll(/\u001B\[\??[0-9;]*[A-Za-z]|\r|\n|[^\u001B\r\n]+/g)) this.#play(piece);
  }

  #cursor = 0;

  #play(piece: string): void {
    if (piece === '\u001B[?25l') this.isCursorShown = false;
    else if (piece === '\u001B[?25h') this.isCursorShown = true;
    else if (piece === '\u001B[J') this.rows = this.rows.slice(0, this.#cursor);
    else if (/^\u001B\[\d+A$/.test(piece)) this.#cursor -= Number(/\d+/.exec(piece)?.[0]);
    else if (piece === '\n') this.#cursor += 1;
    else if (!piece.startsWith('\u001B') && piece !== '\r') this.rows[this.#cursor] = piece;
  }
}

function open(terminal: Terminal): LiveView {
  return new LiveView({
    plan,
    write: (text) => terminal.write(text),
    color: false,
    columns: () => 80,
    rows: () => 24,
    now: () => now,
  });
}

describe('the live view', () => {
  it('draws one window, keeps what was said above it, and gives the cursor back', () => {
    const terminal = new Terminal();
    const view = open(terminal);
    for (const entry of beforeFault) view.entry(entry);
    view.progress(progress);
    view.print('Stopping after this step.');
    expect(terminal.isCursorShown).toBe(false);
    view.close();
    view.close();
    expect(terminal.isCursorShown).toBe(true);
    expect(terminal.rows[0]).toBe('Stopping after this step.');
    expect(terminal.rows.filter((line) => line.includes('Upgrade CodeMie API'))).toHaveLength(1);
    expect(terminal.rows.filter((line) => line.startsWith('EPAM AI/Run CodeMie'))).toHaveLength(1);
    expect(terminal.rows.join('\n')).toContain('helm: beginning wait for 7 resources');
  });

  it('brackets every picture as one update', () => {
    const terminal = new Terminal();
    const view = open(terminal);
    for (const entry of finishedRun) view.entry(entry);
    view.close();
    const drawn = terminal.sent.filter((text) => text.includes('\n'));
    for (const text of drawn) expect(text).toMatch(/^\u001B\[\?2026h[\s\S]*\u001B\[\?2026l$/);
    // Entries come in bursts; pictures come with the clock.
    expect(drawn.length).toBeLessThan(5);
  });
});

describe('where there is no terminal', () => {
  it('O13: each event is a line with its time, and a fault is told at once and again when it is certain', async () => {
    const written: string[] = [];
    const reporter = new PlainReporter({ plan, write: (text) => written.push(text) });
    for (const entry of failedRun) {
      reporter.entry(entry);
      if (entry.type === 'act-started' && entry.step === 'api/upgrade') {
        for (const seconds of [1, 2, 3, 4]) reporter.progress({ ...progress, elapsedSeconds: seconds });
      }
    }
    reporter.close();
    await expect(written.join('')).toMatchFileSnapshot('./snapshots/plain.txt');
  });

  it('a stream of events is one JSON object a line', () => {
    const written: string[] = [];
    const screen = { color: false, width: 80, isTerminal: false };
    const reporter = makeReporter({
      output: 'jsonl',
      plan,
      platform,
      screen,
      write: (text) => written.push(text),
      rows: () => 24,
      now: () => now,
    });
    for (const entry of failedRun) reporter.entry(entry);
    reporter.progress(progress);
    reporter.close();
    const events = written
      .join('')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { event: string; entry?: unknown });
    expect(events).toHaveLength(failedRun.length + 1);
    expect(events[0]?.entry).toEqual(JSON.parse(JSON.stringify(failedRun[0])));
    expect(events.at(-1)?.event).toBe('progress');
  });
});
