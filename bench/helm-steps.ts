import type { Entry } from '../packages/liftlock/src/model/journal.ts';
import { measured, ratio, type Finding } from './measure.ts';
import { upgradeFlags, type Installation, type Stand } from './stand.ts';

/** Where the time of one `liftlock apply` went, in seconds. */
interface Lifted {
  readonly helm: number;
  /** Start-up, snapshot, charts, forecast, findings: everything before the run begins. */
  readonly planning: number;
  /** From helm's end of each release until it had been healthy for the minimum ready time. */
  readonly healthy: number;
  /** Backup, checks, journal, lease, end. */
  readonly rest: number;
}

/** The five helm steps by liftlock and by the guide's commands, in turn, each on an installation of its own. */
export async function helmSteps(stand: Stand, runs: number, report: (line: string) => void): Promise<Finding> {
  const ours: Lifted[] = [];
  const theirs: number[] = [];
  for (let index = 1; index <= runs; index += 1) {
    const lifted = await onInstallation(stand, liftWithLiftlock);
    const guide = await onInstallation(stand, liftByGuide);
    ours.push(lifted);
    theirs.push(guide);
    report(
      `helm-steps ${index}/${runs}: liftlock's helm steps ${lifted.helm.toFixed(1)} s and ${addedBy(lifted).toFixed(1)} s around them, the guide ${guide.toFixed(1)} s`,
    );
  }
  const helmSeconds = ours.map(({ helm }) => helm);
  return {
    rows: [
      measured('helm steps of the upgrade, liftlock', 's', helmSeconds),
      measured("the guide's five commands in a row", 's', theirs),
      ratio("liftlock's helm steps against the guide's commands", helmSeconds, theirs, 1.05),
      measured('what liftlock adds', 's', ours.map(addedBy), 20),
      measured(
        'of it: planning and forecast, before the run',
        's',
        ours.map(({ planning }) => planning),
      ),
      measured(
        'of it: waiting until each release has stayed healthy',
        's',
        ours.map(({ healthy }) => healthy),
      ),
      measured(
        'of it: backup, checks and the rest',
        's',
        ours.map(({ rest }) => rest),
      ),
    ],
    notes: [
      'Each release must stay healthy for the minimum ready time, 10 s unless the site says otherwise: five releases, 50 s. The goal leaves no room for it.',
      "The guide's script pulls each chart inside its helm command; liftlock has pulled them while planning, so that time counts among what it adds.",
      'Both sides start with empty caches. Simulated nodes: pods become ready at once, so these are the smallest helm steps there can be, and every millisecond around them shows.',
    ],
  };
}

async function onInstallation<T>(stand: Stand, work: (installation: Installation) => Promise<T>): Promise<T> {
  const installation = await stand.install();
  try {
    return await work(installation);
  } finally {
    await installation.remove();
  }
}

async function liftWithLiftlock(installation: Installation): Promise<Lifted> {
  const ended = await installation.liftlock(['apply', ...upgradeFlags, '--yes', '-o', 'jsonl']);
  if (ended.code !== 0)
    throw new Error(`liftlock apply ended with ${ended.code}:\n${ended.stderr}\n${ended.stdout.slice(-2000)}`);
  return split(entriesOf(ended.stdout), ended.seconds);
}

function addedBy({ planning, healthy, rest }: Lifted): number {
  return planning + healthy + rest;
}

async function liftByGuide(installation: Installation): Promise<number> {
  const commands = await installation.guideCommands();
  const ended = await installation.shell(['set -eu', ...commands, ''].join('\n'));
  if (ended.code !== 0 || commands.length !== 5)
    throw new Error(`the guide's ${commands.length} commands ended with ${ended.code}:\n${ended.stderr}`);
  return ended.seconds;
}

function entriesOf(stream: string): readonly Entry[] {
  return stream
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { readonly event: string; readonly entry?: Entry })
    .flatMap(({ entry }) => (entry === undefined ? [] : [entry]));
}

/** The time of a helm step is all between its intent and its outcome in the journal: opening the gate is part of it. */
function split(entries: readonly Entry[], wall: number): Lifted {
  const steps = entries.flatMap((entry) => (entry.type === 'hop-planned' ? entry.plan.steps : []));
  const isHelm = (id: string) => steps.some((step) => step.id === id && step.kind === 'helm-upgrade');
  const acts = entries.flatMap((entry) => (entry.type === 'act-ended' && isHelm(entry.step) ? [entry.seconds] : []));
  const waits = entries.flatMap((entry) => (entry.type === 'confirmed' && isHelm(entry.step) ? [entry.seconds] : []));
  if (acts.length !== 5 || waits.length !== 5)
    throw new Error(`expected five helm steps in the journal, not ${acts.length}`);
  const times = entries.map((entry) => Date.parse(entry.at));
  const run = (Math.max(...times) - Math.min(...times)) / 1000;
  const [helm, healthy] = [sum(acts), sum(waits)];
  // Ending the process counts as planning: the journal does not see it, and it is milliseconds.
  return { helm, healthy, planning: wall - run, rest: run - helm - healthy };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
