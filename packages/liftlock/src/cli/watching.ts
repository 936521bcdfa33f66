import { describeSite, type Described, type SiteFlags } from '../main/open-site.ts';
import { describeRun } from '../main/describe-run.ts';
import { systemClock } from '../main/clock.ts';
import { followRun } from '../main/follow-run.ts';
import { openExistingJournal } from '../main/past-runs.ts';
import { runAlive } from '../main/run-alive.ts';
import type { RunState } from '../journal/fold.ts';
import type { Entry, Fault } from '../model/journal.ts';
import type { Plan } from '../model/plan.ts';
import { exitCodes, type ExitCode } from '../model/problem.ts';
import type { Reporter } from '../render/reporter.ts';
import { isSame } from '../render/run-view.ts';
import { knownRun, knownRuns, type KnownRun } from './known-runs.ts';
import { note } from './output.ts';
import { theRedactor } from './redactor.ts';
import { finishRun, reporterFor } from './running.ts';

const again = 'liftlock status --watch';

/**
 * Follows the run that is under way, of whatever process, until it ends; Ctrl-C leaves it alone. Where none is under way,
 * shows how the newest one ended. Returns that run's exit code.
 */
export async function watchRun(flags: SiteFlags, output: 'text' | 'jsonl'): Promise<ExitCode> {
  const isAnySite = flags.platform === undefined && flags.file === undefined;
  const site = isAnySite ? undefined : (await describeSite(flags, process.env)).site.metadata.name;
  const running = (await knownRuns(site)).find(({ state }) => state.status === 'running');
  if (running !== undefined) return follow(running, output);
  const { state } = await knownRun(undefined, site, () => true);
  note(`Nothing is under way. The last run is ${state.run}:\n`, theRedactor);
  return finishRun(state, { ...(await describedOf(state)), redactor: theRedactor }, output);
}

/** The site that a run was started for, by what its plan kept. */
async function describedOf({ run, plan }: Pick<RunState, 'run' | 'plan'>): Promise<Described> {
  if (plan === undefined) return describeSite({ options: {} }, process.env);
  const inputs = { platform: plan.platform.name, ...plan.inputs };
  return (await describeRun(run, { ...plan, inputs })).described;
}

async function follow({ folder, state }: KnownRun, output: 'text' | 'jsonl'): Promise<ExitCode> {
  const described = await describedOf(state);
  const store = openExistingJournal(folder, theRedactor);
  if (store === undefined) throw new Error(`the journal in ${folder} is gone`);
  const leaving = new AbortController();
  const onInterrupt = () => leaving.abort();
  process.once('SIGINT', onInterrupt);
  const onlooker = new Onlooker((plan) =>
    reporterFor(output, { ...described, redactor: theRedactor, clock: systemClock }, plan),
  );
  try {
    const { end, state: last } = await followRun({
      store,
      run: state.run,
      clock: systemClock,
      signal: leaving.signal,
      isAlive: await runAlive(described, state.run, systemClock, process.env, theRedactor),
      onEntry: (entry) => onlooker.hear(entry, output === 'text'),
    });
    onlooker.close();
    if (end === 'over') return finishRun(last, { ...described, redactor: theRedactor }, output);
    if (end === 'left') {
      note(`Run ${state.run} goes on by itself. To look on again:\n  ${again}`, theRedactor);
      return exitCodes.interrupted;
    }
    note(
      `Nobody works at run ${state.run} any more: it was ended before it could say how.\nTo go on with it:\n  liftlock resume ${state.run}`,
      theRedactor,
    );
    return exitCodes.failed;
  } finally {
    process.off('SIGINT', onInterrupt);
    onlooker.close();
    store.close();
  }
}

/** Tells a reporter what the journal tells; progress within a step is not journaled, but its clock is known from its begin. */
class Onlooker {
  readonly #open: (plan: Plan) => Reporter;
  #reporter: Reporter | undefined;
  #plan: Plan | undefined;
  #before: Entry[] = [];
  #begunAt = 0;
  #faults: readonly Fault[] = [];

  constructor(open: (plan: Plan) => Reporter) {
    this.#open = open;
  }

  hear(entry: Entry, withClock: boolean): void {
    if (entry.type === 'hop-planned') {
      this.#plan = entry.plan;
      this.#reporter ??= this.#open(entry.plan);
    }
    this.#before.push(entry);
    if (this.#reporter === undefined) return;
    for (const told of this.#before.splice(0)) this.#reporter.entry(told);
    if (withClock) this.#tellClock(entry, this.#reporter);
  }

  close(): void {
    this.#reporter?.close();
  }

  /** How long the step runs, of how long it may; the faults that were named, with what is left of their graces. */
  #tellClock(entry: Entry, reporter: Reporter): void {
    const now = systemClock.now().getTime();
    const age = (now - Date.parse(entry.at)) / 1000;
    if (entry.type === 'act-started') {
      this.#begunAt = Date.parse(entry.at);
      this.#faults = [];
    } else if (entry.type === 'fault') {
      const fault = { ...entry.fault, graceSeconds: Math.max(0, entry.fault.graceSeconds - age) };
      this.#faults = [...this.#faults.filter((other) => !isSame(other, fault)), fault];
    } else return;
    const step = this.#plan?.steps.find(({ id }) => id === entry.step);
    if (step === undefined || !('timeoutSeconds' in step)) return;
    reporter.progress({
      step: step.id,
      component: step.component,
      workloads: [],
      elapsedSeconds: (now - this.#begunAt) / 1000,
      timeoutSeconds: step.timeoutSeconds,
      faults: this.#faults,
    });
  }
}
