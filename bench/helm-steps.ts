import type { Entry } from '../packages/liftlock/src/model/journal.ts';
import { measured, ratio, type Finding } from './measure.ts';
import { upgradeFlags, type Installation, type Stand } from './stand.ts';

interface Lifted {
  readonly helmSeconds: number;
  readonly addedSeconds: number;
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
      `helm-steps ${index}/${runs}: liftlock's helm steps ${lifted.helmSeconds.toFixed(1)} s and ${lifted.addedSeconds.toFixed(1)} s around them, the guide ${guide.toFixed(1)} s`,
    );
  }
  const helmSeconds = ours.map((lifted) => lifted.helmSeconds);
  return {
    rows: [
      measured('helm steps of the upgrade, liftlock', 's', helmSeconds),
      measured("the guide's five commands in a row", 's', theirs),
      ratio("liftlock's helm steps against the guide's commands", helmSeconds, theirs, 1.05),
      measured(
        'what liftlock adds: planning, forecast, backup, minimum ready time, verification',
        's',
        ours.map((lifted) => lifted.addedSeconds),
        20,
      ),
    ],
    notes: [
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
  const helmSeconds = secondsOfHelmSteps(entriesOf(ended.stdout));
  return { helmSeconds, addedSeconds: ended.seconds - helmSeconds };
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

/** Everything between a helm step's intent and its outcome in the journal: opening the gate is part of it. */
function secondsOfHelmSteps(entries: readonly Entry[]): number {
  const steps = entries
    .flatMap((entry) => (entry.type === 'hop-planned' ? entry.plan.steps : []))
    .filter((step) => step.kind === 'helm-upgrade');
  const acts = entries.flatMap((entry) =>
    entry.type === 'act-ended' && steps.some((step) => step.id === entry.step) ? [entry.seconds] : [],
  );
  if (acts.length !== 5) throw new Error(`expected five helm steps in the journal, not ${acts.length}`);
  return acts.reduce((sum, seconds) => sum + seconds, 0);
}
