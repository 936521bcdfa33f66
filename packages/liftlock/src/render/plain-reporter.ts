import { counted } from '../model/counted.ts';
import type { Entry, Fault } from '../model/journal.ts';
import type { Plan } from '../model/plan.ts';
import type { Progress } from '../model/progress.ts';
import { faultClass, titleOf, type Explain } from './fault-words.ts';
import type { Reporter } from './reporter.ts';
import { applyEntry, startView, type RunView } from './run-view.ts';
import { formatClock, formatSeconds } from './words.ts';
import { oneLine } from './wrap.ts';
import { routeAndHop } from './route-words.ts';

export interface PlainOptions {
  readonly plan: Plan;
  readonly write: (text: string) => void;
  readonly explain?: Explain | undefined;
}

/** Seconds after which a rollout that does not move is told again, so that a log shows it is alive. */
const heartbeat = 30;

/** The run where there is no terminal: one line an event, with the time since the start. */
export class PlainReporter implements Reporter {
  readonly #options: PlainOptions;
  #view: RunView;
  #startedAt: number | undefined;
  #stepStartedAt = 0;
  #told = '';
  #toldAt = 0;
  readonly #faults = new Map<string, boolean>();

  constructor(options: PlainOptions) {
    this.#options = options;
    this.#view = startView(options.plan);
  }

  entry(entry: Entry): void {
    this.#view = applyEntry(this.#view, entry);
    const at = Date.parse(entry.at);
    this.#startedAt ??= at;
    if (entry.type === 'act-started') {
      this.#stepStartedAt = at;
      this.#told = '';
      this.#toldAt = 0;
      this.#faults.clear();
    }
    if (entry.type === 'fault') {
      this.#tellFault(entry.step, entry.fault, at);
      return;
    }
    const text = wordsOf(entry, this.#view);
    if (text !== undefined) this.#line(at, text);
  }

  progress(progress: Progress): void {
    const at = this.#stepStartedAt + progress.elapsedSeconds * 1000;
    for (const fault of progress.faults) this.#tellFault(progress.step, fault, at);
    const text = progress.workloads
      .map(({ kind, name, desired, updated, ready, message }) => {
        const isReady = ready >= desired && updated >= desired;
        const waits = isReady || message === '' ? '' : ` (${oneLine(message)})`;
        return `${kind} ${name} ${updated}/${desired} new ${ready}/${desired} ready${waits}`;
      })
      .join('; ');
    if (text === '' || (text === this.#told && progress.elapsedSeconds - this.#toldAt < heartbeat)) return;
    this.#told = text;
    this.#toldAt = progress.elapsedSeconds;
    const left =
      progress.timeoutSeconds > 0 ? `, ${formatSeconds(progress.timeoutSeconds - progress.elapsedSeconds)} left` : '';
    this.#line(at, `${progress.step}: ${text}${left}`);
  }

  close(): void {
    // Every line is out already.
  }

  print(text: string): void {
    this.#options.write(text.endsWith('\n') ? text : `${text}\n`);
  }

  /** Once when it is first seen, once more when it is certain. */
  #tellFault(step: string, fault: Fault, at: number): void {
    const key = `${fault.code} ${fault.object.name} ${fault.container ?? ''}`;
    const before = this.#faults.get(key);
    if (before === true || before === fault.isCertain) return;
    this.#faults.set(key, fault.isCertain);
    const { explain } = this.#options;
    const parts = [
      `${step}: ${fault.isCertain ? 'FAULT' : 'trouble'}: ${titleOf(fault.code, explain)} (${fault.code}, ${faultClass(fault.code)})`,
      `${fault.object.kind} ${fault.object.name}`,
      ...(fault.container === undefined ? [] : [`container ${fault.container}`]),
      ...(fault.image === undefined ? [] : [`image ${fault.image}`]),
      oneLine(fault.message),
      ...(fault.isCertain ? [] : [`may mend itself, ${formatSeconds(fault.graceSeconds)} left`]),
      ...(fault.lines.length === 0 ? [] : [`its last line: ${oneLine(fault.lines.at(-1) ?? '')}`]),
    ];
    this.#line(at, parts.join(' | '));
  }

  #line(at: number, text: string): void {
    const seconds = this.#startedAt === undefined ? 0 : (at - this.#startedAt) / 1000;
    this.#options.write(`[${formatClock(seconds)}] ${text}\n`);
  }
}

/** An entry in one line; undefined for those that tell an onlooker nothing. */
function wordsOf(entry: Exclude<Entry, { readonly type: 'fault' }>, view: RunView): string | undefined {
  const title =
    'step' in entry ? (view.steps.find(({ step }) => step.id === entry.step)?.step.title ?? entry.step ?? '') : '';
  switch (entry.type) {
    case 'run-started':
      return `run ${entry.run} (${entry.purpose}) started by ${entry.who}${entry.ticket === undefined ? '' : `, ticket ${entry.ticket}`}`;
    case 'hop-planned':
      return `${entry.plan.platform.title} ${routeAndHop(entry.plan)}: ${counted(entry.plan.steps.length, 'step')}`;
    case 'baseline':
      return 'health before the first write is recorded';
    case 'observed':
      // A check changes nothing: there is never anything to do for it.
      if (entry.observation === 'todo' || isCheck(entry.step, view)) return undefined;
      return `${entry.step}: ${entry.observation === 'done' ? 'is so already' : 'must wait'}${entry.note === '' ? '' : `: ${oneLine(entry.note)}`}`;
    case 'act-started':
      return `${entry.step}: ${title}`;
    case 'act-ended':
      if (entry.outcome === 'done' && !isHelm(entry.step, view)) return undefined;
      if (entry.outcome === 'done')
        return `${entry.step}: applied in ${formatSeconds(entry.seconds)} (${counted(entry.writes, 'write')}); watching its health`;
      return `${entry.step}: FAILED after ${formatSeconds(entry.seconds)}, cluster touched: ${entry.touched}${problemWords(entry.problem)}`;
    case 'confirmed':
      return `${entry.step}: done${entry.note === '' ? '' : `: ${oneLine(entry.note)}`}`;
    case 'confirm-failed':
      return `${entry.step}: FAILED${problemWords(entry.problem)}`;
    case 'migration-started':
      return `${entry.step}: no way back from here: ${oneLine(entry.note)}`;
    case 'note':
      return entry.step === undefined ? oneLine(entry.text) : `${entry.step}: ${oneLine(entry.text)}`;
    case 'resumed':
      return `resumed by ${entry.who}`;
    case 'stopped':
      return `stopped: ${oneLine(entry.reason)}`;
    case 'evidence':
      return `evidence: ${entry.file}`;
    case 'run-finished':
      return 'finished';
  }
}

function isCheck(id: string, view: RunView): boolean {
  return view.steps.find(({ step }) => step.id === id)?.step.kind === 'check';
}

function isHelm(id: string, view: RunView): boolean {
  const kind = view.steps.find(({ step }) => step.id === id)?.step.kind;
  return kind === 'helm-upgrade' || kind === 'helm-rollback';
}

function problemWords(problem: { readonly code: string; readonly message: string } | undefined): string {
  return problem === undefined ? '' : `: ${problem.code}: ${oneLine(problem.message)}`;
}
